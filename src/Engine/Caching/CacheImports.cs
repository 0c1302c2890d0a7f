using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Caching;

/// <summary>The caches of a build that were made elsewhere, in the order in which they came.</summary>
/// <param name="store">Gets the layers of those that are not in a registry.</param>
public sealed class CacheImports(IContentStore store) : ICacheImport
{
    private readonly Lock _gate = new();
    private readonly SharedWork<Digest, bool> _fetches = new();
    private List<(RemoteCache Cache, IContentSource? Eager)> _caches = [];

    /// <summary>Adds a cache of a registry, whose layers stay there until they are needed. Throws MBK2550.</summary>
    /// <param name="source">The repository.</param>
    /// <param name="root">The cache in it, or an image that has one.</param>
    /// <param name="repository">Any reference to the repository.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task AddAsync(IContentSource source, Descriptor root, ImageReference repository, CancellationToken cancellationToken) =>
        Add(await RemoteCache.ReadAsync(source, root, repository.ToString(), cancellationToken).ConfigureAwait(false), null);

    /// <summary>Adds a cache of another place, which goes with the build: what is found in it is brought here. Throws MBK2550.</summary>
    public async Task AddAsync(IContentSource source, Descriptor root, CancellationToken cancellationToken) =>
        Add(await RemoteCache.ReadAsync(source, root, null, cancellationToken).ConfigureAwait(false), source);

    /// <inheritdoc />
    public async ValueTask<byte[]?> FindAsync(Vertex vertex, Digest key, CancellationToken cancellationToken)
    {
        foreach (var (cache, eager) in _caches)
        {
            var outputs = Enumerable.Range(0, (int)OpRules.CountOutputs(vertex.Op)).Select(o => cache.Find(key, o)?.ToList()).ToList();
            if (outputs.All(o => o is null)) continue;
            if (eager is null || await TryFetchAsync(eager, outputs.OfType<List<LayerRecord>>().SelectMany(l => l), cancellationToken).ConfigureAwait(false)) return OciJson.Write(outputs);
        }
        return null;
    }

    /// <summary>The same results with all that they are called in these caches. What was found by one of its names is not asked for the others: a cache that is made of caches
    /// would lose them.</summary>
    public IReadOnlyList<CacheEntry> WithNames(IReadOnlyList<CacheEntry> entries) =>
        [.. entries.Select(e => e with { Names = [.. _caches.SelectMany(c => e.Keys.SelectMany(k => c.Cache.NamesBeside(k, e.Output, e.Layers))).Distinct(StringComparer.Ordinal)] })];

    private void Add(RemoteCache cache, IContentSource? eager)
    {
        lock (_gate) _caches = [.. _caches, (cache, eager)];
    }

    // A cache that lacks a layer is no reason for a build to fail.
    private async Task<bool> TryFetchAsync(IContentSource source, IEnumerable<LayerRecord> layers, CancellationToken cancellationToken)
    {
        foreach (var layer in layers)
            if (!await _fetches.GetAsync(layer.Blob.Digest, token => FetchAsync(source, layer, token), cancellationToken).ConfigureAwait(false)) return false;
        return true;
    }

    private async Task<bool> FetchAsync(IContentSource source, LayerRecord layer, CancellationToken cancellationToken)
    {
        store.Retain(layer.Blob.Digest);
        if (await store.FindSizeAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false) is null
            && !await store.TryBringAsync(source, layer.Blob.Digest, layer.Blob.Size, null, cancellationToken).ConfigureAwait(false)) return false;
        // From now on it counts as one of ours, whose DiffID is believed.
        await VerifyAsync(layer, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task VerifyAsync(LayerRecord layer, CancellationToken cancellationToken)
    {
        var blob = await store.FindAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{layer.Blob.Digest}' vanished from the store. Build again.");
        await using (blob.ConfigureAwait(false))
            if (await LayerReader.DiffIdOfAsync(blob, MediaTypes.LayerCompression(layer.Blob.MediaType) ?? Compression.None, cancellationToken).ConfigureAwait(false) != layer.DiffId)
                throw new CacheException(CacheException.OtherContent, ErrorKind.Invalid, $"The layer '{layer.Blob.Digest}' of a cache is not what the cache says of it. Make the cache anew.");
    }
}
