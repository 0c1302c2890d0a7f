using MsBuildKit.Engine.Sessions;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

/// <summary>What steps depend on is in the fingerprint; what secrets are is not.</summary>
public sealed class InputFingerprintTests : IDisposable
{
    private readonly TaskBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Find_UnchangedStep_IsTheSame() => Assert.Equal(await FindAsync(), await FindAsync());

    [Theory]
    [InlineData("project/x.sh", "#!/bin/sh\nb\n")]
    [InlineData("project/lent/a", "b")]
    [InlineData("project/lent/new", "")]
    [InlineData("tools/t", "b")]
    public async Task Find_ChangedFileOfAStep_IsAnother(string path, string content)
    {
        var before = await FindAsync();
        _bench.Folder.Write(path, content);
        Assert.NotEqual(before, await FindAsync());
    }

    [Fact]
    public async Task Find_RenamedFileOrNewFolder_IsAnother()
    {
        var before = await FindAsync();
        Directory.CreateDirectory(_bench.Folder["project/lent/folder"]);
        var after = await FindAsync();
        Assert.NotEqual(before, after);
        File.Move(_bench.Folder["project/lent/a"], _bench.Folder["project/lent/z"]);
        Assert.NotEqual(after, await FindAsync());
    }

    [Fact]
    public async Task Find_FileThatNoStepSees_IsTheSame()
    {
        var before = await FindAsync();
        _bench.Folder.Write("project/other.txt", "x");
        _bench.Folder.Write("project/token.txt", "another secret");
        Assert.Equal(before, await FindAsync());
    }

    [Theory]
    [InlineData("Command", "b")]
    [InlineData("Stage", "App")]
    [InlineData("Secrets", "token,required")]
    [InlineData("CacheMounts", "/b")]
    public async Task Find_OtherMetadata_IsAnother(string metadata, string value)
    {
        var before = await FindAsync();
        Assert.NotEqual(before, await FindAsync((metadata, value)));
    }

    [Theory]
    [InlineData("BuildKit", "unix:///a", "BuildKit", "unix:///b")]
    [InlineData("", "", "BuildKit", "unix:///a")]
    public async Task Find_OtherBuilder_IsAnother(string builder, string endpoint, string otherBuilder, string otherEndpoint)
    {
        async Task<byte[]?> FindWith(string name, string address) => await InputFingerprint.FindAsync(_bench.Parameters with { Builder = name, BuilderEndpoint = address }, new FileFactsCache(_bench.Folder["facts"], TimeProvider.System), default);
        Assert.Equal(await FindWith(builder, endpoint), await FindWith(builder, endpoint));
        Assert.NotEqual(await FindWith(builder, endpoint), await FindWith(otherBuilder, otherEndpoint));
    }

    private async Task<byte[]?> FindAsync(params (string, string)[] metadata)
    {
        foreach (var (path, content) in new[] { ("project/x.sh", "#!/bin/sh\na\n"), ("project/lent/a", "a"), ("tools/t", "a"), ("project/token.txt", "secret") })
            if (!File.Exists(_bench.Folder[path]) && !File.Exists(_bench.Folder["project/lent/z"])) _bench.Folder.Write(path, content);
        var parameters = _bench.Parameters with
        {
            Steps = [Item("script", ("Script", "x.sh"), ("BindMounts", "target=/l,source=lent;target=/t,from=tools")), Item("command", [("Command", "a"), ("Secrets", "token"), .. metadata])],
            Contexts = [Item("tools", ("Source", "../tools"))],
            Secrets = [Item("token", ("File", "token.txt"))],
        };
        var found = await InputFingerprint.FindAsync(parameters, new FileFactsCache(_bench.Folder["facts"], TimeProvider.System), default);
        Assert.NotNull(found);
        return found;
    }
}
