using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine;

/// <summary>What a build stands on: the store with what belongs to it, the ways to images and sources, and the process that runs steps.</summary>
internal sealed class BuildGround : IAsyncDisposable
{
    private readonly BuilderServices _services;
    private readonly BuildRequest _request;
    private readonly IProgress<BuildEvent>? _progress;
    private readonly KeyLocks _vertexLocks;
    private readonly bool _ownsWorker;

    /// <param name="services">The world outside.</param>
    /// <param name="request">How to build.</param>
    /// <param name="store">Where.</param>
    /// <param name="worker">The process that runs steps, which outlives this; <c>null</c> to start one when it is needed, if the services say how.</param>
    /// <param name="progress">Hears what happens.</param>
    public BuildGround(BuilderServices services, BuildRequest request, LocalContentStore store, RootlessWorker? worker, IProgress<BuildEvent>? progress)
    {
        (_services, _request, _progress, Store) = (services, request, progress, store);
        Locks = KeyLocks.OfStore(store.Root);
        _vertexLocks = KeyLocks.OfVertices(store.Root);
        Index = new FileCacheIndex(Path.Combine(store.Root, "index"), services.Time);
        Materializer = new LayerMaterializer(store, Locks, progress);
        Images = new RegistryImages(services.Registries, store, request.TakesOnlyImages, request.AsksForOrigins ? Index : null);
        Layering = new LayerOptions(request.Compression, request.CompressionLevel, request.Parallelism);
        Remote = new RemoteSources(Images, store, Index, Locks, Layering, services.Files, services.Git, progress, request.KeepsTimes);
        Conversion = new LayerConversion(store, Materializer, Index, request.Parallelism);
        Facts = services.Facts ?? new FileFactsCache(Path.Combine(store.Root, "facts"), services.Time);
        _ownsWorker = worker is null;
        Worker = worker ?? CreateWorker(services, request, store);
    }

    public LocalContentStore Store { get; }

    public KeyLocks Locks { get; }

    public FileCacheIndex Index { get; }

    public LayerMaterializer Materializer { get; }

    public IImageResolver Images { get; }

    public LayerOptions Layering { get; }

    public RemoteSources Remote { get; }

    /// <summary>Compresses layers anew.</summary>
    public LayerConversion Conversion { get; }

    /// <summary>What is known of the content of files.</summary>
    public FileFactsCache Facts { get; }

    /// <summary>Runs steps, or <c>null</c> when nothing can.</summary>
    public RootlessWorker? Worker { get; }

    /// <summary>How steps run.</summary>
    public StepOptions StepOptions => new() { Layers = Layering, SourceDateEpoch = _request.SourceDateEpoch, KeepsTimes = _request.KeepsTimes, KeepFailed = _request.KeepFailed, GivesFailed = _request.GivesFailed, Time = _services.Time };

    /// <summary>The process that a build of such a request starts for its steps; <c>null</c> when the services do not say how.</summary>
    public static RootlessWorker? CreateWorker(BuilderServices services, BuildRequest request, LocalContentStore store) => services.Worker is not { } find ? null
        : new RootlessWorker(
            () => Told(find(), request),
            store.Root, new StepGrants(request.AllowHostNetwork, request.AllowInsecure, request.AllowDevices));

    /// <summary>What a session lends, read once.</summary>
    public LentTrees Lend(IBuildSession session) => new(session, Facts, _request.SourceDateEpoch, _progress);

    /// <summary>Solves graphs with what a session lends.</summary>
    /// <param name="session">What is lent.</param>
    /// <param name="trees">Of it, what was read already.</param>
    /// <param name="imports">Caches from elsewhere, or <c>null</c>.</param>
    /// <param name="writesLate">Layers of copies are written when somebody wants their bytes.</param>
    public GraphSolver CreateSolver(IBuildSession session, LentTrees trees, ICacheImport? imports = null, bool writesLate = false)
    {
        var layers = new TreeLayers(Store, new DescribedLayers(Store, trees.Places, Layering, Index), Layering, writesLate);
        var steps = Worker is null ? null
            : new StepWorker(Store, Materializer, Worker, session, layers, StepOptions, _progress);
        var worker = new EngineWorker(Store, session, trees, Images, Layering, layers, steps, Remote);
        return new GraphSolver(
            new Solver<VertexResult>(worker, Index, _vertexLocks, new SolverOptions { Time = _services.Time, Slots = _request.OperationsAtOnce ?? _request.Parallelism, Shared = _services.Slots, Progress = _progress, Imports = imports }),
            layers,
            new FreshCaches(Worker, Store.Root));
    }

    public ValueTask DisposeAsync() => _ownsWorker && Worker is { } worker ? worker.DisposeAsync() : ValueTask.CompletedTask;

    private static WorkerProgram Told(WorkerProgram program, BuildRequest request) =>
        program with { Runtime = request.StepRuntime ?? program.Runtime, Snapshotter = request.Snapshotter, DeviceFolders = request.DeviceFolders ?? program.DeviceFolders };
}
