using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>A store with what graphs are made of, which are solved with a worker process of their own.</summary>
internal sealed class GraphBed : IAsyncDisposable
{
    public const long Epoch = 1_700_000_000;

    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;
    private readonly BuildSession _session;

    public GraphBed()
    {
        foreach (var tool in new[] { "unshare", "crun", "newuidmap" }) RealTool.Find(tool);
        _store = new LocalContentStore(_folder["cache"]);
        var busybox = new LocalFile("bin/sh", RealTool.Find("busybox"), Mode: 0b111_101_101);
        var tree = new LocalTree("tree", [new LocalFile("a/x.txt", _folder.Write("x", "x")), new LocalFile("a/y.md", _folder.Write("y", "y")), new LocalFile("b", _folder.Write("b", "b"))]);
        _session = new BuildSession([new LocalTree("base", [busybox]), tree], new Dictionary<string, IContentSource>())
        {
            Folders = new Dictionary<string, string> { ["context"] = Directory.CreateDirectory(_folder["context"]).FullName },
        };
        Base = LlbState.Scratch.File("base", FileStep.CopyContents(LlbState.Local("base"), "/", "/"));
    }

    /// <summary>A shell.</summary>
    public LlbState Base { get; }

    /// <summary>How the worker is started.</summary>
    public Func<WorkerProgram> Worker { get; init; } = FindWorker;

    /// <summary>Layers of copies are described, and written when they are asked for.</summary>
    public bool WritesLate { get; init; }

    /// <summary>What its steps may ask for.</summary>
    public StepGrants Grants { get; init; } = new();

    /// <summary>What is left of operations that fail is told.</summary>
    public bool GivesFailed { get; init; }

    /// <summary>What is copied of a source keeps its time.</summary>
    public bool KeepsTimes { get; set; }

    /// <summary>The time of what is lent.</summary>
    public long Modified { get; set; }

    /// <summary>Where the store is.</summary>
    public string Store => _store.Root;

    public string this[string path] => _folder[path];

    /// <summary>Writes a file of the folder that is lent as <c>context</c>.</summary>
    public void WriteContext(string path, string text) => _folder.Write("context/" + path, text);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    public static LlbState Run(LlbState state, string script) =>
        state.Run(new ExecOptions { Args = ["/bin/sh", "-c", script], Network = NetMode.None }, Platform.LinuxAmd64, "run").Root;

    /// <summary>Solves a graph; its layers.</summary>
    public async Task<LayerChain> SolveAsync(LlbState state, Func<WorkerProgram>? find = null)
    {
        var locks = new KeyLocks(_folder["cache/locks"]);
        await using var worker = new RootlessWorker(find ?? Worker, _store.Root, Grants);
        var options = new LayerOptions();
        var (trees, index) = (new LentTrees(_session, new FileFactsCache(_folder["cache/facts"], TimeProvider.System), Modified), new FileCacheIndex(_folder["cache/index"], TimeProvider.System));
        var layers = new TreeLayers(_store, new DescribedLayers(_store, trees.Places, options, index), options, WritesLate);
        var steps = new StepWorker(_store, new LayerMaterializer(_store, locks, null), worker, _session, layers, new StepOptions { Layers = options, SourceDateEpoch = Epoch, GivesFailed = GivesFailed, KeepsTimes = KeepsTimes, Time = TimeProvider.System }, null);
        var engine = new EngineWorker(_store, _session, trees, new NoImages(), options, layers, steps);
        using var solver = new GraphSolver(new Solver<VertexResult>(engine, index, locks, new SolverOptions { Time = TimeProvider.System, Slots = 4 }), layers, new FreshCaches(worker, _store.Root));
        return await layers.ChainOfAsync(await solver.SolveAsync(LlbGraph.Load(LlbMarshaller.Marshal(state)), default), "", default);
    }

    /// <summary>What a layer says, one line a name.</summary>
    public async Task<List<string>> ListAsync(Layer layer)
    {
        var lines = new List<string>();
        await using var blob = await _store.FindAsync(layer.Blob.Digest, default);
        await LayerReader.ReadAsync(blob!, MediaTypes.LayerCompression(layer.Blob.MediaType)!.Value, layer.DiffId, async (entry, content) =>
            lines.Add($"{entry.Type} {entry.Path} {Convert.ToString(entry.Mode, 8)} {entry.Link}{(content is null ? "" : await new StreamReader(content).ReadToEndAsync())}"), default);
        return lines;
    }

    /// <summary>The times of what a layer has, by path.</summary>
    public async Task<Dictionary<string, long>> TimesAsync(Layer layer)
    {
        var times = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var blob = await _store.FindAsync(layer.Blob.Digest, default);
        await LayerReader.ReadAsync(blob!, Compression.Gzip, layer.DiffId, (entry, _) =>
        {
            times[entry.Path] = entry.ModifiedSeconds;
            return ValueTask.CompletedTask;
        }, default);
        return times;
    }

    public static WorkerProgram FindWorker() => new()
    {
        Command = [Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : RealTool.Find("dotnet"), Path.Combine(AppContext.BaseDirectory, "msbuildkit-worker.dll")],
        SearchPath = Environment.GetEnvironmentVariable("PATH")!.Split(':'),
        User = HostUser.Current("/etc/passwd", null),
    };

    private sealed class NoImages : IImageResolver
    {
        public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("No test here asks for an image of a registry.");

        public IContentSource Open(ImageReference reference) => throw new InvalidOperationException("No test here asks for an image of a registry.");
    }
}
