using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Caches of steps as an OCI artifact: an image manifest (OCI image-spec, manifest.md) with one layer for each cache.</summary>
/// <remarks>
/// It has an artifact type, and its layers have annotations that name their caches. The configuration is that of an image for no processor, whose DiffIDs
/// prove the layers, so that programs which know images alone can carry and unpack it, and nothing runs it. Everything in it is ordered by the
/// caller and nothing tells of when and where it was made: the same caches give the same digest.
/// </remarks>
public static class CacheArtifact
{
    public const string ArtifactType = "application/vnd.msbuildkit.cache-mounts.v1";

    private const string IdKey = "vnd.msbuildkit.cache-mount.id", GroundKey = "vnd.msbuildkit.cache-mount.ground", NumberKey = "vnd.msbuildkit.cache-mount.private";

    // umoci unpacks nothing but Linux, which is where caches are from; that nobody runs it the architecture says.
    private static readonly Platform s_platform = new() { Os = "linux", Architecture = Platform.Unknown.Architecture };

    // What a name in a layout and a message can bear; who writes more means harm.
    private const int LongestId = 1024, MostCaches = 1000;

    /// <summary>Writes the documents into the store that has the layers.</summary>
    public static async Task<AssembledImage> WriteAsync(IReadOnlyList<CacheArtifactEntry> caches, IContentStore store, CancellationToken cancellationToken)
    {
        var layers = caches.Select(c => c.Layer).ToList();
        var configJson = OciJson.Write(new ImageConfig
        {
            Os = s_platform.Os,
            Architecture = s_platform.Architecture,
            RootFs = new RootFs { DiffIds = [.. layers.Select(l => l.DiffId)] },
            History = [.. layers.Select(l => new HistoryEntry { CreatedBy = l.CreatedBy })],
        });
        var config = await store.PutAsync(MediaTypes.OciConfig, configJson, cancellationToken).ConfigureAwait(false);
        var manifestJson = OciJson.Write(new ImageManifest { ArtifactType = ArtifactType, Config = config, Layers = [.. caches.Select(Describe)] });
        var manifest = await store.PutAsync(MediaTypes.OciManifest, manifestJson, cancellationToken).ConfigureAwait(false);
        return new AssembledImage(manifest, [new AssembledManifest(s_platform, manifest, manifestJson, config, configJson, layers)], []);
    }

    /// <summary>Reads what is in an artifact, which nobody vouches for. Throws MBK2206.</summary>
    /// <param name="source">Has the documents, and the layers for later.</param>
    /// <param name="root">The manifest.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<CacheArtifactEntry>> ReadAsync(IContentSource source, Descriptor root, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsManifest(root.MediaType)) throw NoCaches(root, $"it is a '{root.MediaType}'");
        var manifest = ImageManifest.Parse(await ImageResolution.ReadAsync(source, root, cancellationToken).ConfigureAwait(false), root.MediaType);
        if (manifest.ArtifactType != ArtifactType) throw NoCaches(root, manifest.ArtifactType is { } type ? $"it is a '{type}'" : "it is an image");
        var config = ImageConfig.Parse(await ImageResolution.ReadAsync(source, manifest.Config, cancellationToken).ConfigureAwait(false));
        var diffIds = config.RootFs.DiffIds;
        if (diffIds.Count != manifest.Layers.Count) throw NoCaches(root, $"it has {manifest.Layers.Count} layers, but its configuration tells of {diffIds.Count}");
        if (diffIds.Count > MostCaches) throw NoCaches(root, $"it has more than {MostCaches} layers");
        var caches = manifest.Layers.Select((blob, i) => Read(root, blob, diffIds[i], source)).ToList();
        if (caches.DistinctBy(c => (c.Id, c.Ground, c.Number)).Count() != caches.Count) throw NoCaches(root, "two of its layers are of one cache");
        return caches;
    }

    private static Descriptor Describe(CacheArtifactEntry cache)
    {
        var annotations = new Dictionary<string, string> { [IdKey] = cache.Id };
        if (cache.Ground.Length > 0) annotations[GroundKey] = cache.Ground;
        if (cache.Number is { } number) annotations[NumberKey] = number.ToString(CultureInfo.InvariantCulture);
        return cache.Layer.Blob with { Annotations = annotations };
    }

    private static CacheArtifactEntry Read(Descriptor root, Descriptor blob, Digest diffId, IContentSource source)
    {
        if (blob.Annotations?.GetValueOrDefault(IdKey) is not { Length: > 0 and <= LongestId } id) throw NoCaches(root, $"its layer '{blob.Digest}' names no cache");
        var ground = blob.Annotations.GetValueOrDefault(GroundKey, "");
        if (ground.Length > 0 && !Digest.TryParse(ground, out _)) throw NoCaches(root, $"its layer '{blob.Digest}' began as nothing that there is");
        if (blob.Size < 0) throw NoCaches(root, $"its layer '{blob.Digest}' has {blob.Size} bytes");
        return new CacheArtifactEntry(id, ground, ReadNumber(root, blob), new Layer
        {
            DiffId = diffId, Blob = blob with { Annotations = null }, CreatedBy = "", Origin = new LayerOrigin(source),
        });
    }

    private static int? ReadNumber(Descriptor root, Descriptor blob)
    {
        if (blob.Annotations!.GetValueOrDefault(NumberKey) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < MostCaches ? number : throw NoCaches(root, $"its layer '{blob.Digest}' has no number");
    }

    private static ExportException NoCaches(Descriptor root, string why) => new(
        ExportException.NoCaches, ErrorKind.Invalid, $"'{root.Digest}' is no export of cache mounts: {why}. Name what 'msbuildkit cache-mount export' left.");
}
