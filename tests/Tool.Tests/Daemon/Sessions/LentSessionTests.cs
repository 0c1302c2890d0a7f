using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Tests.Daemon.Sessions;

public sealed class LentSessionTests : IDisposable
{
    private readonly SessionRegistry _sessions = new(TimeProvider.System);
    private readonly TempFolder _folder = new("lent");
    private readonly ContextFolders _folders;
    private readonly SessionTrees _trees;

    public LentSessionTests()
    {
        _folders = new ContextFolders(_folder["contexts"], TimeProvider.System);
        _trees = new SessionTrees(_folders);
    }

    public void Dispose()
    {
        _trees.Dispose();
        _folders.Dispose();
        _folder.Dispose();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_WithoutAClientOrItsServices_IsNothing()
    {
        await using var client = await FakeClient.StartAsync(new FakeAuth { Host = "x" });
        foreach (var lent in new[] { new LentSession(null, _sessions, _trees), new LentSession(client.Session, _sessions, _trees) })
        {
            Assert.Null(lent.FindSsh("default"));
            Assert.Null(lent.FindSecret("a"));
            Assert.Null(lent.FindLayout("tools"));
            Assert.Null(await lent.FindLayoutAsync("tools", new Dictionary<string, string>(), Token));
            Assert.Null(await lent.FindUploadAsync(new Uri("http://buildkit-session/x"), Token));
        }
    }

    [Fact]
    public async Task FindSsh_OfAClientWithAgents_IsARelay()
    {
        await using var client = await FakeClient.StartAsync(new FakeAgent("default"));
        Assert.IsType<SshRelay>(new LentSession(client.Session, _sessions, _trees).FindSsh("default"), exactMatch: false);
    }

    [Fact]
    public async Task FindLayout_NamesItsStoreAndSession()
    {
        var (own, others) = (new FakeContent("oci:tools"), new FakeContent("oci:tools"));
        await using var client = await StartAsync(own, "one");
        await using var other = await StartAsync(others, "two");
        using var known = _sessions.Add(other.Session);
        var lent = new LentSession(client.Session, _sessions, _trees);
        var (mine, theirs) = (own.Add([1]), others.Add([2]));
        Assert.Equal(1, await lent.FindLayout("tools")!.FindSizeAsync(mine, Token));
        var byStore = await lent.FindLayoutAsync("name", new Dictionary<string, string> { ["oci.store"] = "tools" }, Token);
        Assert.Equal(1, await byStore!.FindSizeAsync(mine, Token));
        var bySession = await lent.FindLayoutAsync("tools", new Dictionary<string, string> { ["oci.session"] = "two" }, Token);
        Assert.Equal(1, await bySession!.FindSizeAsync(theirs, Token));
        Assert.Null(await bySession!.FindSizeAsync(mine, Token));
    }

    [Fact]
    public async Task FindUpload_GivesAllOfItAndOnce()
    {
        var bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        await using var client = await FakeClient.StartAsync(new FakeUploads("abc", bytes));
        var (lent, address) = (new LentSession(client.Session, _sessions, _trees), new Uri("http://buildkit-session/abc"));
        var read = new MemoryStream();
        await using (var upload = await lent.FindUploadAsync(address, Token)) await upload!.CopyToAsync(read, Token);
        Assert.Equal(bytes, read.ToArray());
        await using var again = await lent.FindUploadAsync(address, Token);
        var error = await Assert.ThrowsAsync<DaemonException>(() => again!.CopyToAsync(Stream.Null, Token));
        Assert.Contains("no http response from session for abc", error.Message, StringComparison.Ordinal);
    }

    private static Task<FakeClient> StartAsync(FakeContent store, string id) => FakeClient.StartAsync(s => s.AddSingleton(store), r => r.MapGrpcService<FakeContent>(), id);
}
