using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Reads back the image that <see cref="LayoutExporter"/> left.</summary>
public static class LayoutImage
{
    /// <summary>The image whole.</summary>
    /// <param name="content">Where its documents are.</param>
    /// <param name="image">As the layout's index names it.</param>
    /// <param name="originOf">Tells where the layers of a base come from that the layout left in its registry.</param>
    public static async Task<AssembledImage> ReadAsync(
        IContentSource content, Descriptor image, Func<ImageReference, LayerOrigin> originOf, CancellationToken cancellationToken)
    {
        var root = image with { Annotations = null, Platform = null };
        var entries = MediaTypes.IsIndex(root.MediaType)
            ? ImageIndex.Parse(await ImageResolution.ReadAsync(content, root, cancellationToken).ConfigureAwait(false), root.MediaType).Manifests
            : [root];
        var manifests = new List<AssembledManifest>();
        var attestations = new List<AttestationManifest>();
        foreach (var entry in entries)
        {
            var json = await ImageResolution.ReadAsync(content, entry, cancellationToken).ConfigureAwait(false);
            var document = ImageManifest.Parse(json, entry.MediaType);
            if (entry.Annotations?.ContainsKey(AnnotationKeys.ReferenceType) == true) attestations.Add(new AttestationManifest(entry, [document.Config, .. document.Layers]));
            else manifests.Add(await ReadManifestAsync(content, entry, json, document, originOf, cancellationToken).ConfigureAwait(false));
        }
        return new AssembledImage(root, manifests, attestations);
    }

    private static async Task<AssembledManifest> ReadManifestAsync(
        IContentSource content, Descriptor entry, byte[] json, ImageManifest document, Func<ImageReference, LayerOrigin> originOf, CancellationToken cancellationToken)
    {
        var configJson = await ImageResolution.ReadAsync(content, document.Config, cancellationToken).ConfigureAwait(false);
        var config = ImageConfig.Parse(configJson);
        if (config.RootFs.DiffIds.Count != document.Layers.Count)
            throw new ContentException(ContentException.UnreadableImage, ErrorKind.Invalid, $"The image '{entry.Digest}' cannot be used: it has {document.Layers.Count} layers, but its configuration tells of {config.RootFs.DiffIds.Count}. Build it again.");
        var origin = BaseOf(config) is { } reference ? originOf(reference) : null;
        var layers = document.Layers.Select((blob, i) => new Layer { DiffId = config.RootFs.DiffIds[i], Blob = blob, CreatedBy = "", Origin = origin });
        return new AssembledManifest(config.Platform, entry, json, document.Config, configJson, [.. layers]);
    }

    // Only a layer that is in neither layout nor store is looked for there.
    private static ImageReference? BaseOf(ImageConfig config) =>
        config.Config?.Labels?.GetValueOrDefault(AnnotationKeys.BaseName) is { } name && ImageReference.TryParse(name, out var reference, out _) ? reference : null;
}
