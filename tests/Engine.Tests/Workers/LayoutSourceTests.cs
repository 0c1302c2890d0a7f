using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class LayoutSourceTests : IAsyncDisposable
{
    private static readonly Digest s_digest = Digest.Of("image"u8);
    private static readonly Platform s_amd64 = Platform.Parse("linux/amd64");

    private readonly WorkerBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Key_IsThatOfTheImageWhoeverLendsIt()
    {
        var key = await KeyAsync("one", s_digest, s_amd64, "a");
        Assert.Equal(key, await KeyAsync("two", s_digest, s_amd64, "b"));
        Assert.NotEqual(key, await KeyAsync("one", s_digest, Platform.Parse("linux/arm64"), "a"));
        Assert.NotEqual(key, await KeyAsync("one", Digest.Of("other"u8), s_amd64, "a"));
        Assert.NotEqual(key, await _bench.KeyAsync(LlbState.OciLayout($"one@{s_digest}", s_amd64, new OciLayoutOptions { Store = "store", LayerLimit = 1 })));
    }

    [Fact]
    public async Task Run_AsksForTheLayoutThatTheSourceNames()
    {
        var session = new Asked();
        var worker = new SourceWorker(session, new LentTrees(session, new FileFactsCache(_bench.Folder["facts"], TimeProvider.System)), null!, null);
        var vertex = WorkerBench.Load(State("name", s_digest, s_amd64, "theirs")).Vertex;
        Assert.Equal("MBK1803", (await Assert.ThrowsAsync<SessionException>(() => worker.RunAsync(vertex, default))).Code);
        Assert.Equal(("name", "store", "theirs"), (session.Name, session.Attributes["oci.store"], session.Attributes["oci.session"]));
    }

    private ValueTask<Digest> KeyAsync(string name, Digest digest, Platform platform, string session) => _bench.KeyAsync(State(name, digest, platform, session));

    private static LlbState State(string name, Digest digest, Platform platform, string session) =>
        LlbState.OciLayout($"{name}@{digest}", platform, new OciLayoutOptions { SessionId = session, Store = "store" });

    private sealed class Asked : IBuildSession
    {
        public string Name { get; private set; } = "";

        public IReadOnlyDictionary<string, string> Attributes { get; private set; } = new Dictionary<string, string>();

        public LocalTree? FindLocal(string name) => null;

        public string? FindFolder(string name) => null;

        public IContentSource? FindLayout(string name) => null;

        public ValueTask<IContentSource?> FindLayoutAsync(string name, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken)
        {
            (Name, Attributes) = (name, attributes);
            return new((IContentSource?)null);
        }

        public ISecretSource? FindSecret(string id) => null;

        public SshSource? FindSsh(string id) => null;
    }
}
