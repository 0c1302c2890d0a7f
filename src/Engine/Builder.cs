using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Packages;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine;

/// <summary>Builds images: the way a request goes, from its bases to its outputs.</summary>
public sealed class Builder(BuilderServices services)
{
    // A disk that damages more than this at once is not worth building on.
    private const int MostMended = 10;

    /// <summary>Builds and delivers. Throws a <see cref="BuildException"/> that a user can act on; what was delivered before stays as it was
    /// unless the new image is whole.</summary>
    public async Task<BuildResult> BuildAsync(BuildRequest request, IProgress<BuildEvent>? progress, CancellationToken cancellationToken)
    {
        var store = new LocalContentStore(request.CacheDirectory);
        await using (store.ConfigureAwait(false))
            for (var mended = 0; ; mended++)
                try
                {
                    var build = new Build(services, request, store, progress);
                    await using (build.ConfigureAwait(false)) return await build.RunAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (BuildException e) when (e.Code == ContentException.Damaged && mended < MostMended)
                {
                    // What the disk damaged is gone from the store by now, so this time it is made or pulled anew.
                    progress?.Report(new BuildMessage(MessageLevel.Warning, $"The build starts over. {e.Message}", e.Code));
                }
    }

    /// <summary>Finds what is to be said of the request's Dockerfile, as a build would find it, without building anything.</summary>
    public async Task<DockerfileCheck> CheckAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        var build = request.Dockerfile ?? throw new ArgumentException("Only a Dockerfile can be checked.", nameof(request));
        var store = new LocalContentStore(request.CacheDirectory);
        await using (store.ConfigureAwait(false)) return await new DockerfileChecker(build, new RegistryImages(services.Registries, store)).CheckAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed class Build : IAsyncDisposable
    {
        private readonly BuilderServices _services;
        private readonly BuildRequest _request;
        private readonly LocalContentStore _store;
        private readonly IProgress<BuildEvent>? _progress;
        private readonly KeyLocks _locks, _vertexLocks;
        private readonly FileCacheIndex _index;
        private readonly LayerMaterializer _materializer;
        private readonly IImageResolver _images;
        private readonly LayerOptions _layering;
        private readonly RemoteSources _remote;
        private readonly FileFactsCache _facts;
        private readonly RootlessWorker? _worker;
        private readonly IBuildPlanner _planner;
        private readonly IReadOnlyList<ImageReference> _names;

        public Build(BuilderServices services, BuildRequest request, LocalContentStore store, IProgress<BuildEvent>? progress)
        {
            (_services, _request, _store, _progress) = (services, request, store, progress);
            _locks = KeyLocks.OfStore(store.Root);
            _vertexLocks = KeyLocks.OfVertices(store.Root);
            _index = new FileCacheIndex(Path.Combine(store.Root, "index"), services.Time);
            _materializer = new LayerMaterializer(store, _locks, progress);
            _images = new RegistryImages(services.Registries, store);
            _layering = new LayerOptions(request.Compression, request.CompressionLevel, request.Parallelism);
            _remote = new RemoteSources(store, _index, _locks, _layering, services.Files, services.Git, progress);
            _facts = services.Facts ?? new FileFactsCache(Path.Combine(store.Root, "facts"), services.Time);
            if (services.Worker is { } find && (request.Dockerfile is not null || request.Images.Any(i => i.Steps.Count > 0)))
                _worker = new RootlessWorker(() => Told(find(), request), store.Root, new StepGrants(request.AllowHostNetwork, request.AllowInsecure, request.AllowDevices));
            _planner = request.Dockerfile is { } dockerfile
                ? new DockerfilePlanner(request, dockerfile, _images, new InstalledPackages(store, _materializer), progress)
                : CreateProjectPlanner();
            _names = request.Names ?? [.. request.Tags.Select(t => ImageReference.Create(request.Registry ?? ImageReference.DefaultRegistry, request.Repository, t))];
        }

        public ValueTask DisposeAsync() => _worker?.DisposeAsync() ?? ValueTask.CompletedTask;

        public async Task<BuildResult> RunAsync(CancellationToken cancellationToken)
        {
            var (plans, session) = await _planner.PlanAsync(cancellationToken).ConfigureAwait(false);
            var trees = Lend(session);
            var delivery = new Delivery(_services, _request, _store, _materializer, _progress);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var fetching = delivery.FetchAsync(plans, stop.Token);
            try
            {
                var chains = await SolveAsync(plans, session, trees, cancellationToken).ConfigureAwait(false);
                var (image, texts) = await AssembleAsync(plans, chains, _planner.CreateDescriber(trees, _remote.Pins), cancellationToken).ConfigureAwait(false);
                await fetching.ConfigureAwait(false);
                var delivered = await delivery.DeliverAsync(image, _names, cancellationToken).ConfigureAwait(false);
                return new BuildReport(_request, _names).Write(image, plans, texts, delivered);
            }
            finally
            {
                await stop.CancelAsync().ConfigureAwait(false);
                await fetching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        private LentTrees Lend(IBuildSession session) => new(session, _facts, _request.SourceDateEpoch);

        private ProjectPlanner CreateProjectPlanner()
        {
            var bases = new BaseResolver(_store, _images, new PackageComposer(_store, _index, _locks, _services.Mirrors, _services.Time), _request.SourceDateEpoch);
            return new ProjectPlanner(_request, _store, _materializer, bases, async (plan, session, token) => (await SolveAsync([plan], session, Lend(session), token).ConfigureAwait(false))[0], _progress);
        }

        private async Task<IReadOnlyList<LayerChain>> SolveAsync(
            IReadOnlyList<ImagePlan> plans, IBuildSession session, LentTrees trees, CancellationToken cancellationToken)
        {
            using var solver = CreateSolver(session, trees);
            var chains = new List<LayerChain>();
            foreach (var plan in plans) chains.Add(await SolveAsync(solver, plan, cancellationToken).ConfigureAwait(false));
            return chains;
        }

        private Solver<VertexResult> CreateSolver(IBuildSession session, LentTrees trees)
        {
            var steps = _worker is null ? null
                : new StepWorker(_store, _materializer, _worker, session, new StepOptions { Layers = _layering, SourceDateEpoch = _request.SourceDateEpoch, KeepFailed = _request.KeepFailed, Time = _services.Time }, _progress);
            return new Solver<VertexResult>(
                new EngineWorker(_store, session, trees, _images, _layering, steps, _remote),
                _index,
                _vertexLocks,
                new SolverOptions { Time = _services.Time, Slots = _request.Parallelism, Progress = _progress });
        }

        private static WorkerProgram Told(WorkerProgram program, BuildRequest request) =>
            program with { Runtime = request.StepRuntime ?? program.Runtime, Snapshotter = request.Snapshotter };

        private async Task<LayerChain> SolveAsync(Solver<VertexResult> solver, ImagePlan plan, CancellationToken cancellationToken)
        {
            if (ReferenceEquals(plan.Graph, LlbState.Scratch)) return LayerChain.Scratch;
            try
            {
                var result = await solver.SolveAsync(LlbGraph.Load(LlbMarshaller.Marshal(plan.Graph)), cancellationToken).ConfigureAwait(false);
                // A lent folder may be all of an image.
                return await new TreeLayers(_store, _layering).ChainOfAsync(result, "", cancellationToken).ConfigureAwait(false);
            }
            catch (SolveException e) when (e.Position is null && plan.FindPosition(e.Vertex.Name) is { } position)
            {
                throw e.At(position);
            }
        }

        private async Task<(AssembledImage Image, IReadOnlyList<StatementTexts> Texts)> AssembleAsync(
            IReadOnlyList<ImagePlan> plans, IReadOnlyList<LayerChain> chains, IImageDescriber describer, CancellationToken cancellationToken)
        {
            var docker = _request.DockerFormat ?? FollowsDockerBase(plans, chains);
            var assembler = new ImageAssembler(_store, new AssemblyOptions(docker, _request.SourceDateEpoch, _request.Annotations) { IndexAnnotations = _request.IndexAnnotations ?? _request.Annotations });
            var parts = new List<(AssembledManifest, IReadOnlyList<Statement>)>();
            var texts = new List<StatementTexts>();
            for (var i = 0; i < plans.Count; i++)
            {
                var manifest = await assembler.AssembleAsync(new PlatformImage(plans[i].Platform, plans[i].Config, chains[i], plans[i].HasWholeHistory), cancellationToken).ConfigureAwait(false);
                var text = new StatementTexts(
                    _request.Sbom ? await describer.WriteSbomAsync(plans[i], chains[i], cancellationToken).ConfigureAwait(false) : null,
                    _request.Provenance ? describer.WriteProvenance(plans[i]) : null);
                texts.Add(text);
                // Docker's own format has no place for statements: they stay files.
                parts.Add((manifest, docker ? [] : [.. Statements(text, manifest)]));
            }
            return (await assembler.CompleteAsync(parts, cancellationToken).ConfigureAwait(false), texts);
        }

        private bool FollowsDockerBase(IReadOnlyList<ImagePlan> plans, IReadOnlyList<LayerChain> chains) =>
            plans is [{ IsOnDocker: true }] && !_request.Sbom && !_request.Provenance
            && chains[0].Layers.All(l => MediaTypes.LayerCompression(l.Blob.MediaType) is Compression.None or Compression.Gzip);

        private IEnumerable<Statement> Statements(StatementTexts texts, AssembledManifest manifest)
        {
            if (texts.Sbom is { } sbom)
                yield return new Statement(SpdxDocument.PredicateType, InTotoStatement.Write(SpdxDocument.PredicateType, sbom, _names, manifest.Platform, manifest.Descriptor.Digest));
            if (texts.Provenance is { } provenance)
                yield return new Statement(ProvenanceDocument.PredicateType, InTotoStatement.Write(ProvenanceDocument.PredicateType, provenance, _names, manifest.Platform, manifest.Descriptor.Digest));
        }
    }
}
