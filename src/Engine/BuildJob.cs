using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Caching;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine;

/// <summary>A build whose caller says step by step what to do: it solves graphs, looks into results, and makes images of them.</summary>
/// <remarks>This is the bridge for those who are frontends themselves, or clients that are. <see cref="Builder"/> goes the whole way alone. Any thread may
/// ask; what is asked for twice is done once, as in every build.</remarks>
public sealed class BuildJob : IAsyncDisposable
{
    private readonly BuilderServices _services;
    private readonly BuildRequest _request;
    private readonly IBuildSession _session;
    private readonly IProgress<BuildEvent>? _progress;
    private readonly BuildGround _ground;
    private readonly CacheImports _imports;
    private readonly GraphSolver _solver;

    /// <param name="services">The world outside.</param>
    /// <param name="request">How to build; what to build is asked for later.</param>
    /// <param name="session">What the caller lends.</param>
    /// <param name="store">Outlives the job.</param>
    /// <param name="worker">A process that runs the steps of several jobs, or <c>null</c> for one of its own.</param>
    /// <param name="progress">Hears what happens.</param>
    public BuildJob(BuilderServices services, BuildRequest request, IBuildSession session, LocalContentStore store, RootlessWorker? worker, IProgress<BuildEvent>? progress)
    {
        (_services, _request, _session, _progress) = (services, request, session, progress);
        _ground = new BuildGround(services, request, store, worker, progress);
        _imports = new CacheImports(store);
        _solver = _ground.CreateSolver(session, _ground.Lend(session), _imports, writesLate: true);
    }

    /// <summary>Finds images in registries, each once in the job.</summary>
    public IImageResolver Images => _ground.Images;

    /// <summary>The process that runs steps of a job that starts none itself; <c>null</c> when the services do not say how.</summary>
    public static RootlessWorker? CreateWorker(BuilderServices services, BuildRequest request, LocalContentStore store) => BuildGround.CreateWorker(services, request, store);

    /// <summary>Solves a graph; none at all gives an empty tree. Throws <see cref="SolveException"/>.</summary>
    public Task<VertexResult> SolveAsync(Definition? graph, CancellationToken cancellationToken) => _solver.SolveAsync(graph, cancellationToken);

    /// <summary>The same, of a graph that is loaded already.</summary>
    public Task<VertexResult> SolveAsync(Edge graph, CancellationToken cancellationToken) => _solver.SolveAsync(graph, cancellationToken);

    /// <summary>What a source of a web server or a repository is now. <c>null</c> for another kind.</summary>
    /// <param name="source">The source.</param>
    /// <param name="objects">Fetches what git keeps of a commit and of a tag.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SourceFacts?> InspectAsync(SourceOp source, bool objects, CancellationToken cancellationToken)
    {
        var op = new Op { Source = source };
        var vertex = new Vertex(Digest.Of(CanonicalBytes.Of(op)), op, new OpMetadata(), []);
        return _ground.Remote.Inspect(source.Identifier.Split("://", 2)[0], vertex, _session, objects, cancellationToken) is { } finding ? await finding.ConfigureAwait(false) : null;
    }

    /// <summary>When what a source has was made, in seconds since 1970; <c>null</c> for one that has no such time (<see cref="ISourceTimes"/>).</summary>
    public Task<long?> FindTimeAsync(SourceOp source, CancellationToken cancellationToken) => new SourceTimes(_ground, _session).FindAsync(source, cancellationToken);

    /// <summary>Converts a Dockerfile, with what checks find in it. Throws <see cref="DockerfileException"/>.</summary>
    public async Task<ConvertedDockerfile> ConvertAsync(DockerfileRequest request, IContextFiles files, IImageConfigResolver images, ISourceTimes times, CancellationToken cancellationToken)
    {
        var file = DockerfileParser.Parse(request.Text, request.File);
        file.OrThrow();
        var lint = LintReport.Of(file, request.BuildArgs);
        var converted = await new DockerfileConverter(images, lint, files, times).ConvertAsync(file, request, cancellationToken).ConfigureAwait(false);
        DockerfileLinter.Check(file, lint, [.. converted.SelectMany(i => i.Stages)]);
        return new ConvertedDockerfile(file, converted, lint.Warnings, lint.FindFailure());
    }

    /// <summary>Finds what is to be said of a Dockerfile by converting it, without solving anything of it. Images that cannot be reached are left out.</summary>
    public Task<DockerfileCheck> CheckAsync(DockerfileRequest request, IContextFiles files, IImageConfigResolver images, ISourceTimes times, CancellationToken cancellationToken) =>
        new DockerfileChecker(request, files, images) { AnyFrontend = true, Times = times }.CheckAsync(cancellationToken);

    /// <summary>What went into a graph that was solved.</summary>
    public Task<BuildCapture> CaptureAsync(Edge graph, CancellationToken cancellationToken) => new GraphCapture(_ground.Remote.Pins, _ground.Images).OfAsync(graph, cancellationToken);

    /// <summary>The layers of a solved graph's vertices, by outputs, as far as there are any and they are known. Nothing is run for it.</summary>
    public Task<IReadOnlyList<(Vertex Vertex, int Output, IReadOnlyList<Descriptor> Layers)>> FindLayersAsync(Edge graph, CancellationToken cancellationToken) =>
        _solver.FindLayersAsync(graph, cancellationToken);

    /// <summary>Writes what is in a tree: what package managers left in it, and the images that it begins with.</summary>
    /// <param name="names">Of the image that it becomes; none for one without.</param>
    /// <param name="platform">Of the image.</param>
    /// <param name="result">The tree.</param>
    /// <param name="capture">What went into it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Predicate> WriteSbomAsync(IReadOnlyList<ImageReference> names, Platform platform, VertexResult result, BuildCapture capture, CancellationToken cancellationToken)
    {
        var chain = await _solver.ChainOfAsync(result, cancellationToken).ConfigureAwait(false);
        var bases = capture.Images.Select(i => GraphSbom.Describe(i.Reference, i.Reference.ToString(), i.Digest, i.Platform ?? platform)).ToList();
        return new Predicate(SpdxDocument.PredicateType, await new GraphSbom(new InstalledPackages(_ground.Store, _ground.Materializer)).WriteAsync(_request with { Names = names }, platform, bases, chain, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Makes an image of what was solved, with the statements that it comes with.</summary>
    /// <param name="request">How: names, media types, annotations.</param>
    /// <param name="images">One for each platform.</param>
    /// <param name="compression">How its layers are to be compressed; <c>null</c> leaves them as they are.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<AssembledImage> MakeAsync(BuildRequest request, IReadOnlyList<SolvedImage> images, LayerCompression? compression, CancellationToken cancellationToken)
    {
        var chains = await Task.WhenAll(images.Select(i => _solver.ChainOfAsync(i.Result, cancellationToken))).ConfigureAwait(false);
        if (compression is not null)
            chains = await Task.WhenAll(chains.Select(async c => new LayerChain(await _ground.Conversion.ConvertAsync(c.Layers, compression, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        var plans = images.Select((image, i) => new SolvedPlan(image with { Config = InlineCache.Put(image.Config, image.Cache, chains[i].Layers) }));
        var (image, _) = await new ImageMaker(request, _ground.Store, request.Names ?? []).MakeAsync([.. plans], chains, new SolvedDescriber(new FileLayers(_ground.Store, _ground.Materializer)), cancellationToken).ConfigureAwait(false);
        return image;
    }

    /// <summary>Writes an image as one tar: an OCI layout, with what <c>docker load</c> reads beside it when asked.</summary>
    public Task WriteArchiveAsync(AssembledImage image, IReadOnlyList<ImageReference> names, Stream output, bool docker, CancellationToken cancellationToken) =>
        new ArchiveExporter(_ground.Store, _ground.Materializer, _request.SourceDateEpoch).WriteAsync(image, names, output, docker, cancellationToken);

    /// <summary>Pushes the layers of an image, so that the rest takes no time.</summary>
    public Task PushLayersAsync(AssembledImage image, ImageReference target, CancellationToken cancellationToken) =>
        new RegistryDelivery(_services.Registries, _ground.Store, _ground.Materializer, _progress).PushLayersAsync(image, target, cancellationToken);

    /// <summary>Pushes an image under all tags of one repository; under its digest when there are none.</summary>
    public Task PushAsync(AssembledImage image, ImageReference target, IReadOnlyList<string> tags, CancellationToken cancellationToken) =>
        new RegistryDelivery(_services.Registries, _ground.Store, _ground.Materializer, _progress).PushAsync(image, target, tags, cancellationToken);

    /// <summary>Lets what is solved from now on be found in a cache of a registry, or in an image that has one. Throws MBK2550.</summary>
    public async Task ImportCacheAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var repository = _services.Registries.OpenRepository(reference, _ground.Store);
        await _imports.AddAsync(repository, await repository.ResolveAsync(reference, cancellationToken).ConfigureAwait(false), reference, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same of a cache of another place. Throws MBK2550.</summary>
    public async Task ImportCacheAsync(IContentSource source, Digest digest, string place, CancellationToken cancellationToken) =>
        await _imports.AddAsync(source, await ImageResolution.DescribeAsync(source, digest, place, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>The results of a solved graph, to be found again elsewhere.</summary>
    public async Task<IReadOnlyList<CacheEntry>> CollectCacheAsync(Edge graph, CancellationToken cancellationToken) =>
        _imports.WithNames(await _solver.CollectAsync(graph, cancellationToken).ConfigureAwait(false));

    /// <summary>Writes the documents of a cache into the store; <c>null</c> when there is nothing to write.</summary>
    public async Task<WrittenCache?> WriteCacheAsync(IReadOnlyList<CacheEntry> entries, CacheFormat format, LayerCompression compression, CancellationToken cancellationToken)
    {
        var converted = await Task.WhenAll(entries.Select(async e => e with { Layers = await _ground.Conversion.ConvertAsync(e.Layers, compression, cancellationToken).ConfigureAwait(false) })).ConfigureAwait(false);
        return await new CacheWriter(_ground.Store).WriteAsync(converted, format, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Pushes a cache.</summary>
    public Task PushCacheAsync(WrittenCache cache, ImageReference target, CancellationToken cancellationToken)
    {
        var pushed = new AssembledImage(cache.Root, [new AssembledManifest(Platform.Unknown, cache.Root, [], cache.Config, [], cache.Layers)], []);
        return PushAsync(pushed, target, [target.Tag ?? "latest"], cancellationToken);
    }

    /// <summary>Brings every layer of a cache into the store.</summary>
    public Task FetchAsync(WrittenCache cache, CancellationToken cancellationToken) => Task.WhenAll(cache.Layers.Select(l => _ground.Materializer.EnsureAsync(l, cancellationToken)));

    /// <summary>Exports the files of results instead of images.</summary>
    public TreeExporter CreateTreeExporter(TreeExportOptions options) => new(_ground.Store, _ground.Materializer, options);

    /// <summary>A result as layers, from the bottom up.</summary>
    public async Task<IReadOnlyList<Layer>> LayersOfAsync(VertexResult result, CancellationToken cancellationToken) =>
        (await _solver.ChainOfAsync(result, cancellationToken).ConfigureAwait(false)).Layers;

    /// <summary>The files of a result, to be looked into.</summary>
    public ResultFiles OpenFiles(VertexResult result) => new(result, _solver.Layers.Described, _ground.Store, _ground.Materializer);

    /// <summary>Opens a container on results; it is its caller's to dispose. Throws <see cref="WorkerException"/>.</summary>
    public Task<StepContainer> OpenContainerAsync(ContainerDescription description, CancellationToken cancellationToken) => _ground.Worker is { } worker
        ? new ContainerWorker(_ground.Materializer, worker, _session, _solver.Layers, _services.Time).OpenAsync(description, cancellationToken)
        : throw WorkerException.NeedsRunner("A container");

    /// <summary>A blob of the store. Throws MBK1202 when it is not there.</summary>
    public Stream OpenBlob(Digest digest) => _ground.Store.Find(digest)
        ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{digest}' vanished from the store. Build again.");

    /// <summary>Brings every layer of an image into the store.</summary>
    public Task FetchAsync(AssembledImage image, CancellationToken cancellationToken) =>
        Task.WhenAll(image.Manifests.SelectMany(m => m.Layers).DistinctBy(l => l.Blob.Digest).Select(l => _ground.Materializer.EnsureAsync(l, cancellationToken)));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _solver.Dispose();
        await _ground.DisposeAsync().ConfigureAwait(false);
    }
}
