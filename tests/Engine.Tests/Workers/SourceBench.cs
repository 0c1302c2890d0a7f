using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Git;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Web;

namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>A web server, repositories behind it, and builds that fetch from both into one store. Pauses between tries are over at once.</summary>
internal sealed class SourceBench : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromHours(1), s_idle = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, ISecretSource> _secrets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SshSource> _keys = new(StringComparer.Ordinal);

    private SourceBench(TestWebServer server)
    {
        Server = server;
        Store = new LocalContentStore(Folder["store"]);
        Backend = new GitBackend(Folder["served"]);
    }

    public TempFolder Folder { get; } = new("sources");

    public TestWebServer Server { get; }

    public GitBackend Backend { get; }

    public LocalContentStore Store { get; private set; }

    /// <summary>Idle servers are given up after this.</summary>
    public TimeSpan IdleTimeout { get; set; } = s_idle;

    /// <summary>Where git and ssh are looked for.</summary>
    public IReadOnlyList<string> SearchPath { get; set; } = Environment.GetEnvironmentVariable("PATH")!.Split(':');

    public long MostBytes { get; set; } = 1 << 30;

    /// <summary>Files have the time that their server says.</summary>
    public bool KeepsTimes { get; set; }

    /// <summary>Registries; there are none unless a test has some.</summary>
    public IImageResolver Images { get; set; } = new NoImages();

    public SourcePins Pins { get; private set; } = new();

    /// <summary>Layouts that are lent, by name.</summary>
    public Dictionary<string, IContentSource> Layouts { get; } = new(StringComparer.Ordinal);

    /// <summary>Every message of every step.</summary>
    public List<BuildEvent> Events { get; } = [];

    public static async Task<SourceBench> StartAsync() => new(await TestWebServer.StartAsync());

    /// <summary>Serves what <see cref="GitRepository"/> makes.</summary>
    public async Task<GitRepository> ServeAsync(string name, string format = "sha1")
    {
        RealTool.Find("git");
        Server.Handler = Backend.HandleAsync;
        return await GitRepository.CreateAsync(Folder, name, format);
    }

    /// <summary>What is uploaded, by address.</summary>
    public Dictionary<string, byte[]> Uploads { get; } = new(StringComparer.Ordinal);

    public string Url(string path) => new Uri(Server.Address, path).AbsoluteUri;

    public void Lend(string id, string secret) => _secrets[id] = new FileSecret(Folder.Write("secrets/" + id, secret));

    public void Lend(string id, SshSource keys) => _keys[id] = keys;

    public void TakeBack(string id) => _secrets.Remove(id);

    /// <summary>Solves a state as a build of its own would.</summary>
    public Task<LayerChain> BuildAsync(LlbState state, CancellationToken cancellationToken = default) => BuildAsync(LlbMarshaller.Marshal(state), cancellationToken);

    /// <summary>Solves a graph as a build of its own would.</summary>
    public async Task<LayerChain> BuildAsync(Engine.Llb.Pb.Definition graph, CancellationToken cancellationToken = default)
    {
        var options = new RegistryOptions { Time = new HurriedTime(IdleTimeout, s_patience), Random = new Random(1), IdleTimeout = IdleTimeout };
        using var files = new WebFiles(options) { MostBytes = MostBytes };
        var git = new GitOptions { SearchPath = SearchPath, Time = TimeProvider.System, Patience = s_patience };
        var session = new Uploader(new BuildSession([], Layouts) { Secrets = _secrets, Ssh = _keys }, Uploads);
        var index = new FileCacheIndex(Folder["store/index"], TimeProvider.System);
        var remote = new RemoteSources(Images, Store, index, KeyLocks.OfStore(Store.Root), new LayerOptions(), files, git, null, KeepsTimes);
        Pins = remote.Pins;
        var trees = new LentTrees(session, new FileFactsCache(Folder["store/facts"], TimeProvider.System));
        var worker = new EngineWorker(Store, session, trees, Images, new LayerOptions(), new TreeLayers(Store, new DescribedLayers(Store, trees.Places, new LayerOptions()), new LayerOptions()), null, remote);
        using var solver = new Solver<VertexResult>(worker, index, KeyLocks.OfVertices(Store.Root), new SolverOptions { Time = TimeProvider.System, Progress = new Listener(Events) });
        return ((LayersResult)await solver.SolveAsync(LlbGraph.Load(graph), cancellationToken)).Chain;
    }

    /// <summary>What a state's source is now, told without building it.</summary>
    public async Task<SourceFacts> InspectAsync(LlbState state, bool objects = false)
    {
        var options = new RegistryOptions { Time = new HurriedTime(IdleTimeout, s_patience), Random = new Random(1), IdleTimeout = IdleTimeout };
        using var files = new WebFiles(options) { MostBytes = MostBytes };
        var git = new GitOptions { SearchPath = SearchPath, Time = TimeProvider.System, Patience = s_patience };
        var remote = new RemoteSources(Images, Store, new FileCacheIndex(Folder["store/index"], TimeProvider.System), KeyLocks.OfStore(Store.Root), new LayerOptions(), files, git, null);
        var vertex = LlbGraph.Load(LlbMarshaller.Marshal(state)).Vertex;
        return await remote.Inspect(vertex.Op.Source.Identifier.Split("://")[0], vertex, new BuildSession([], Layouts) { Secrets = _secrets, Ssh = _keys }, objects, default)!;
    }

    /// <summary>The code of the error that building a state ends with, and what it says.</summary>
    public async Task<(string Code, string Message)> FailAsync(LlbState state)
    {
        var error = await Assert.ThrowsAsync<SolveException>(() => BuildAsync(state));
        return (error.Code, error.Message);
    }

    /// <summary>Mode, owner, time, path and text of each entry of a chain with one layer.</summary>
    public async Task<List<string>> ListAsync(LayerChain chain)
    {
        var (layer, lines) = (Assert.Single(chain.Layers), new List<string>());
        await using var blob = Store.Find(layer.Blob.Digest);
        await LayerReader.ReadAsync(blob!, MediaTypes.LayerCompression(layer.Blob.MediaType)!.Value, layer.DiffId, async (entry, content) =>
            lines.Add($"{entry.Type} {Convert.ToString(entry.Mode, 8)} {entry.Uid}:{entry.Gid} {entry.ModifiedSeconds} {entry.Path} {entry.Link}{(content is null ? "" : await new StreamReader(content).ReadToEndAsync())}".TrimEnd()), default);
        return lines;
    }

    /// <summary>Closes the store, as a process does that ends.</summary>
    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        Store = new LocalContentStore(Folder["store"]);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Store.DisposeAsync();
        Folder.Dispose();
    }

    private sealed class Listener(List<BuildEvent> events) : IProgress<BuildEvent>
    {
        public void Report(BuildEvent value)
        {
            lock (events) events.Add(value);
        }
    }

    private sealed class Uploader(BuildSession session, Dictionary<string, byte[]> uploads) : IBuildSession
    {
        public LocalTree? FindLocal(string name) => session.FindLocal(name);

        public string? FindFolder(string name) => session.FindFolder(name);

        public IContentSource? FindLayout(string name) => session.FindLayout(name);

        public ISecretSource? FindSecret(string id) => session.FindSecret(id);

        public SshSource? FindSsh(string id) => session.FindSsh(id);

        // Given once, as clients do.
        public ValueTask<Stream?> FindUploadAsync(Uri address, CancellationToken cancellationToken) => new(uploads.Remove(address.AbsoluteUri, out var bytes) ? new MemoryStream(bytes) : null);
    }

    private sealed class NoImages : IImageResolver
    {
        public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("No test here asks for an image of a registry.");

        public IContentSource Open(ImageReference reference) => throw new InvalidOperationException("No test here asks for an image of a registry.");
    }
}
