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
        var images = new DockerfileImages(new RegistryImages(services.Registries, store), build.Layouts);
        await using (store.ConfigureAwait(false)) return await new DockerfileChecker(build.Request, new LentFolders(build.Folders), images).CheckAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed class Build : IAsyncDisposable
    {
        private readonly BuilderServices _services;
        private readonly BuildRequest _request;
        private readonly IProgress<BuildEvent>? _progress;
        private readonly BuildGround _ground;
        private readonly IBuildPlanner _planner;
        private readonly IReadOnlyList<ImageReference> _names;

        public Build(BuilderServices services, BuildRequest request, LocalContentStore store, IProgress<BuildEvent>? progress)
        {
            (_services, _request, _progress) = (services, request, progress);
            var runsSteps = request.Dockerfile is not null || request.Images.Any(i => i.Steps.Count > 0);
            _ground = new BuildGround(runsSteps && services.Remote is null ? services : services with { Worker = null }, request, store, null, progress);
            _planner = request.Dockerfile is { } dockerfile
                ? new DockerfilePlanner(request, dockerfile, _ground.Images, CreateTimes(dockerfile), new InstalledPackages(store, _ground.Materializer), progress)
                : CreateProjectPlanner();
            _names = request.Names ?? [.. request.Tags.Select(t => ImageReference.Create(request.Registry ?? ImageReference.DefaultRegistry, request.Repository, t))];
        }

        public ValueTask DisposeAsync() => _ground.DisposeAsync();

        public async Task<BuildResult> RunAsync(CancellationToken cancellationToken)
        {
            var (plans, session) = await _planner.PlanAsync(cancellationToken).ConfigureAwait(false);
            var trees = _ground.Lend(session);
            var delivery = new Delivery(_services, _request, _ground.Store, _ground.Materializer, _progress);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var fetching = delivery.FetchAsync(plans, stop.Token);
            try
            {
                var chains = await SolveAsync(plans, session, trees, cancellationToken).ConfigureAwait(false);
                var (image, texts) = await new ImageMaker(_request, _ground.Store, _names).MakeAsync(plans, chains, _planner.CreateDescriber(trees, _ground.Remote.Pins), cancellationToken).ConfigureAwait(false);
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

        private SourceTimes CreateTimes(DockerfileBuild dockerfile)
        {
            var session = new BuildSession(dockerfile.Trees, new Dictionary<string, IContentSource>()) { Folders = dockerfile.Folders, Secrets = _request.Secrets, Ssh = _request.Ssh };
            return new SourceTimes(_ground, session);
        }

        private ProjectPlanner CreateProjectPlanner()
        {
            var (store, images) = (_ground.Store, _ground.Images);
            var bases = new BaseResolver(store, images, new PackageComposer(store, _ground.Index, _ground.Locks, _services.Mirrors, _services.Time), _request.SourceDateEpoch);
            return new ProjectPlanner(
                _request, store, _ground.Materializer, bases, async (plan, session, token) => (await SolveAsync([plan], session, _ground.Lend(session), token).ConfigureAwait(false))[0], _progress);
        }

        private async Task<IReadOnlyList<LayerChain>> SolveAsync(IReadOnlyList<ImagePlan> plans, IBuildSession session, LentTrees trees, CancellationToken cancellationToken)
        {
            var chains = new List<LayerChain>();
            if (_services.Remote is { } remote)
            {
                var elsewhere = new RemoteChains(remote, _ground, _request, _progress);
                foreach (var plan in plans) chains.Add(await elsewhere.SolveAsync(plan, session, trees, cancellationToken).ConfigureAwait(false));
                return chains;
            }
            using var solver = _ground.CreateSolver(session, trees);
            foreach (var plan in plans) chains.Add(await SolveAsync(solver, plan, cancellationToken).ConfigureAwait(false));
            return chains;
        }

        private static async Task<LayerChain> SolveAsync(GraphSolver solver, ImagePlan plan, CancellationToken cancellationToken)
        {
            try
            {
                return await solver.ChainOfAsync(await solver.SolveAsync(plan.Graph, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (SolveException e) when (e.Position is null && plan.FindPosition(e.Vertex.Name) is { } position)
            {
                throw e.At(position);
            }
        }
    }
}
