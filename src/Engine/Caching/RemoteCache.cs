using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Caching;

/// <summary>A cache that was made elsewhere, its layers not yet touched: results by name.</summary>
internal sealed class RemoteCache
{
    private const int LongestChain = 1000;

    private readonly Dictionary<string, IReadOnlyList<LayerRecord>> _results = new(StringComparer.Ordinal);
    private readonly Lazy<ILookup<string, string>> _names;

    private RemoteCache() => _names = new(() => _results.ToLookup(r => ContentOf(r.Value.Select(l => l.DiffId)), r => r.Key, StringComparer.Ordinal));

    /// <summary>The layers of a result, from the bottom up; <c>null</c> when it is not there.</summary>
    public IReadOnlyList<LayerRecord>? Find(Digest key, int output) => _results.GetValueOrDefault(CacheConfig.NameOf(key, output).ToString());

    /// <summary>All names of a result that is here, and still has these layers.</summary>
    public IEnumerable<string> NamesBeside(Digest key, int output, IReadOnlyList<Layer> layers) =>
        Find(key, output) is { } chain && ContentOf(chain.Select(l => l.DiffId)) is var content && content == ContentOf(layers.Select(l => l.DiffId)) ? _names.Value[content] : [];

    /// <summary>Reads what a reference points at: a cache, or images that have one in their configurations. Throws MBK2550.</summary>
    /// <param name="source">Has it.</param>
    /// <param name="root">Its manifest or index.</param>
    /// <param name="repository">Where the layers stay until they are needed; <c>null</c> for what is no registry.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<RemoteCache> ReadAsync(IContentSource source, Descriptor root, string? repository, CancellationToken cancellationToken)
    {
        var cache = new RemoteCache();
        await cache.ReadAnyAsync(source, root, repository, depth: 0, cancellationToken).ConfigureAwait(false);
        return cache;
    }

    private static string ContentOf(IEnumerable<Digest> diffIds) => string.Join('/', diffIds);

    private async Task ReadAnyAsync(IContentSource source, Descriptor root, string? repository, int depth, CancellationToken cancellationToken)
    {
        var document = await ImageResolution.ReadAsync(source, root, cancellationToken).ConfigureAwait(false);
        if (MediaTypes.IsManifest(OciJson.MediaTypeOf(document)))
        {
            var manifest = ImageManifest.Parse(document);
            if (manifest.Config.MediaType == CacheConfig.MediaType) await ReadConfigAsync(source, manifest.Config, manifest.Layers, repository, cancellationToken).ConfigureAwait(false);
            else await ReadImageAsync(source, manifest, repository, cancellationToken).ConfigureAwait(false);
            return;
        }
        var index = ImageIndex.Parse(document);
        if (index.Manifests.FirstOrDefault(m => m.MediaType == CacheConfig.MediaType) is { } config)
        {
            await ReadConfigAsync(source, config, index.Manifests, repository, cancellationToken).ConfigureAwait(false);
            return;
        }
        // An index may hold an index; more than that is somebody's trick.
        foreach (var image in index.Manifests.Where(m => MediaTypes.IsManifest(m.MediaType) || (MediaTypes.IsIndex(m.MediaType) && depth == 0)))
            await ReadAnyAsync(source, image, repository, depth + 1, cancellationToken).ConfigureAwait(false);
    }

    private async Task ReadConfigAsync(IContentSource source, Descriptor config, IReadOnlyList<Descriptor> blobs, string? repository, CancellationToken cancellationToken)
    {
        var read = CacheConfig.Parse(await ImageResolution.ReadAsync(source, config, cancellationToken).ConfigureAwait(false));
        var layers = new Dictionary<string, LayerRecord>(StringComparer.Ordinal);
        foreach (var blob in blobs)
            if (DiffIdOf(blob) is { } diffId && MediaTypes.LayerCompression(blob.MediaType) is not null)
                layers.TryAdd(blob.Digest.ToString(), Record(blob, diffId, blob.Annotations?.GetValueOrDefault("buildkit/description") ?? "", repository));
        Add(read.Records ?? [], [.. (read.Layers ?? []).Select(l => (l.Blob is { } b ? layers.GetValueOrDefault(b) : null, l.Parent))]);
    }

    private async Task ReadImageAsync(IContentSource source, ImageManifest manifest, string? repository, CancellationToken cancellationToken)
    {
        if (manifest.ArtifactType is not null || !manifest.Layers.All(l => MediaTypes.LayerCompression(l.MediaType) is not null)) return;
        var config = ImageConfig.Parse(await ImageResolution.ReadAsync(source, manifest.Config, cancellationToken).ConfigureAwait(false));
        if (config.Unknown?.GetValueOrDefault(CacheConfig.InlineField) is not { ValueKind: System.Text.Json.JsonValueKind.String } inline || config.RootFs.DiffIds.Count != manifest.Layers.Count) return;
        if (!inline.TryGetBytesFromBase64(out var records)) throw new CacheException(CacheException.Unreadable, ErrorKind.Invalid, "The cache in an image cannot be read: it is not in base 64. Build the image anew.");
        var history = config.History?.Where(h => !h.EmptyLayer).ToList() ?? [];
        Add(CacheConfig.ParseRecords(records), [.. manifest.Layers.Select((l, i) => (Record(l, config.RootFs.DiffIds[i], i < history.Count ? history[i].CreatedBy ?? "" : "", repository), i - 1))]);
    }

    // What is not whole is left out: a cache that lacks something is still one.
    private void Add(IReadOnlyList<CacheConfigRecord> records, IReadOnlyList<(LayerRecord? Layer, int Parent)> layers)
    {
        foreach (var record in records)
        {
            if (record?.Digest is not { } name) continue;
            var chains = (record.Results ?? []).OfType<CacheConfigResult>().Select(r => ChainOf(r.Layer, layers))
                .Concat((record.Chains ?? []).OfType<CacheConfigChain>().Select(c => Take(c.Layers ?? [], layers)));
            if (chains.OfType<IReadOnlyList<LayerRecord>>().FirstOrDefault(c => c.Count > 0) is { } chain) _results.TryAdd(name, chain);
        }
    }

    private static IReadOnlyList<LayerRecord>? ChainOf(int top, IReadOnlyList<(LayerRecord? Layer, int Parent)> layers)
    {
        var numbers = new List<int>();
        for (var number = top; number >= 0 && number < layers.Count && numbers.Count < LongestChain; number = layers[number].Parent) numbers.Insert(0, number);
        return numbers.Count > 0 && layers[numbers[0]].Parent == -1 ? Take(numbers, layers) : null;
    }

    private static IReadOnlyList<LayerRecord>? Take(IReadOnlyList<int> numbers, IReadOnlyList<(LayerRecord? Layer, int Parent)> layers)
    {
        var chain = numbers.Where(n => n >= 0 && n < layers.Count).Select(n => layers[n].Layer).OfType<LayerRecord>().ToList();
        return chain.Count == numbers.Count ? chain : null;
    }

    private static LayerRecord Record(Descriptor blob, Digest diffId, string createdBy, string? repository) =>
        new(diffId, new Descriptor { MediaType = blob.MediaType, Digest = blob.Digest, Size = blob.Size }, createdBy, repository);

    private static Digest? DiffIdOf(Descriptor blob) =>
        blob.Annotations?.GetValueOrDefault(CacheWriter.DiffIdKey) is { } text && Digest.TryParse(text, out var diffId) ? diffId : null;
}
