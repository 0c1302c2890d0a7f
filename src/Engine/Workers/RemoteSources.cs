using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers.Blobs;
using MsBuildKit.Engine.Workers.Git;
using MsBuildKit.Engine.Workers.Http;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>Sources of web servers and git repositories, and single blobs. One for a build, whatever is solved in it: an address and a branch mean the same in all of it.</summary>
internal sealed class RemoteSources
{
    private readonly HttpWorker? _http;
    private readonly GitWorker? _git;
    private readonly BlobWorker _blobs;

    /// <param name="images">Finds repositories of registries.</param>
    /// <param name="store">Gets what is fetched.</param>
    /// <param name="index">Remembers what servers said.</param>
    /// <param name="locks">Those of the store.</param>
    /// <param name="layering">How layers are written.</param>
    /// <param name="files">Fetches; <c>null</c> means that neither files nor repositories are offered.</param>
    /// <param name="git">Where git is; <c>null</c> means that repositories are not offered.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="keepsTimes">Files of web servers have the time that their server says.</param>
    public RemoteSources(IImageResolver images, LocalContentStore store, ICacheIndex index, IKeyLock locks, LayerOptions layering, WebFiles? files, GitOptions? git, IProgress<BuildEvent>? progress, bool keepsTimes = false)
    {
        var blobs = new BlobFetch(images, store);
        _blobs = new BlobWorker(blobs, layering);
        if (files is null) return;
        _http = new HttpWorker(files, store, index, layering, Pins, progress, keepsTimes);
        if (git is not null) _git = new GitWorker(new GitProgram(git), files, blobs, store, locks, layering, Pins);
    }

    /// <summary>What they turned out to be.</summary>
    public SourcePins Pins { get; } = new();

    /// <summary>The key of a source whose scheme is one of these, or <c>null</c>.</summary>
    public Task<Digest>? FindKey(string scheme, Vertex vertex, IBuildSession session, CancellationToken cancellationToken) => scheme switch
    {
        "http" or "https" => _http?.KeyAsync(vertex, session, cancellationToken),
        "git" => _git?.KeyAsync(vertex, session, cancellationToken),
        BlobAddress.Registry or BlobAddress.Layout => Task.FromResult(_blobs.Key(vertex)),
        _ => null,
    };

    /// <summary>What one is now, or <c>null</c>.</summary>
    public Task<SourceFacts>? Inspect(string scheme, Vertex vertex, IBuildSession session, bool objects, CancellationToken cancellationToken) => scheme switch
    {
        "http" or "https" => _http?.InspectAsync(vertex, session, cancellationToken),
        "git" => _git?.InspectAsync(vertex, session, objects, cancellationToken),
        _ => null,
    };

    /// <summary>The result of one, or <c>null</c>.</summary>
    public Task<VertexResult>? FindResult(string scheme, Vertex vertex, IBuildSession session, CancellationToken cancellationToken) => scheme switch
    {
        "http" or "https" => _http?.RunAsync(vertex, session, cancellationToken),
        "git" => _git?.RunAsync(vertex, session, cancellationToken),
        BlobAddress.Registry or BlobAddress.Layout => _blobs.RunAsync(vertex, session, cancellationToken),
        _ => null,
    };
}
