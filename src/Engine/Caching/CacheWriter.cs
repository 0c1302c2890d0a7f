using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Caching;

/// <summary>Writes the documents of a cache, as BuildKit lays them out.</summary>
/// <param name="store">Gets them.</param>
public sealed class CacheWriter(IContentStore store)
{
    /// <summary>The annotation of a layer that has its DiffID.</summary>
    internal const string DiffIdKey = "containerd.io/uncompressed";

    /// <summary>Writes a cache of results; <c>null</c> when there are none, since an empty cache helps nobody.</summary>
    /// <param name="entries">The results.</param>
    /// <param name="format">How it is laid out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<WrittenCache?> WriteAsync(IReadOnlyList<CacheEntry> entries, CacheFormat format, CancellationToken cancellationToken)
    {
        if (entries.Count == 0) return null;
        var (written, layers) = CacheConfigWriter.Write(entries);
        var config = await store.PutAsync(CacheConfig.MediaType, written.Write(), cancellationToken).ConfigureAwait(false);
        var blobs = layers.Select(l => Describe(l, format)).ToList();
        var mediaType = format switch { CacheFormat.Manifest => MediaTypes.OciManifest, CacheFormat.Index => MediaTypes.OciIndex, _ => MediaTypes.DockerIndex };
        var document = format == CacheFormat.Manifest
            ? OciJson.Write(new ImageManifest { Config = config, Layers = blobs })
            : OciJson.Write(new ImageIndex { MediaType = mediaType, Manifests = [.. blobs, config] });
        return new WrittenCache(await store.PutAsync(mediaType, document, cancellationToken).ConfigureAwait(false), config, layers.DistinctBy(l => l.Blob.Digest).ToList());
    }

    private static Descriptor Describe(Layer layer, CacheFormat format) => new()
    {
        MediaType = MediaTypes.LayerCompression(layer.Blob.MediaType) is { } compression ? MediaTypes.Layer(compression, format == CacheFormat.DockerIndex) : layer.Blob.MediaType,
        Digest = layer.Blob.Digest,
        Size = layer.Blob.Size,
        Annotations = new Dictionary<string, string> { [DiffIdKey] = layer.DiffId.ToString(), ["buildkit/description"] = layer.CreatedBy },
    };
}
