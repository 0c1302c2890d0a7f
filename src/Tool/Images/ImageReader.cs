using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Images;

/// <summary>Reads the documents of images.</summary>
internal sealed class ImageReader(LocalImages images)
{
    /// <summary>All images, or that of a tag; throws MBK1202 when there is none of it.</summary>
    public async Task<IReadOnlyList<ImageView>> ReadAsync(string? tag, CancellationToken cancellationToken)
    {
        var views = new List<ImageView>();
        var only = tag is null ? null : images.Find(tag);
        foreach (var entries in images.Index.Manifests.Where(m => !IsAttestation(m)).GroupBy(m => m.Digest))
        {
            if (only is not null && entries.Key != only.Digest) continue;
            var names = entries.Select(NameOf).OfType<string>().Distinct().ToList();
            views.Add(new ImageView(names, entries.First(), await ReadAsync(entries.First(), images.Index, cancellationToken).ConfigureAwait(false)));
        }
        return views;
    }

    private async Task<IReadOnlyList<PlatformView>> ReadAsync(Descriptor root, ImageIndex siblings, CancellationToken cancellationToken)
    {
        if (!MediaTypes.IsIndex(root.MediaType)) return [await ReadPlatformAsync(root, siblings, cancellationToken).ConfigureAwait(false)];
        var index = ImageIndex.Parse(await ReadDocumentAsync(root, cancellationToken).ConfigureAwait(false), root.MediaType);
        var platforms = new List<PlatformView>();
        foreach (var manifest in index.Manifests.Where(m => !IsAttestation(m) && MediaTypes.IsManifest(m.MediaType)))
            platforms.Add(await ReadPlatformAsync(manifest, index, cancellationToken).ConfigureAwait(false));
        return platforms;
    }

    private async Task<PlatformView> ReadPlatformAsync(Descriptor entry, ImageIndex siblings, CancellationToken cancellationToken)
    {
        var manifest = ImageManifest.Parse(await ReadDocumentAsync(entry, cancellationToken).ConfigureAwait(false), entry.MediaType);
        var config = manifest.Config.MediaType is MediaTypes.OciConfig or MediaTypes.DockerConfig
            ? ImageConfig.Parse(await ReadDocumentAsync(manifest.Config, cancellationToken).ConfigureAwait(false))
            : null;
        var history = (config?.History ?? []).Where(h => !h.EmptyLayer).ToList();
        var layers = manifest.Layers.Select((l, i) => new LayerView(l, config?.RootFs.DiffIds.Cast<Digest?>().ElementAtOrDefault(i), history.ElementAtOrDefault(i)?.CreatedBy));
        return new PlatformView(entry, config, [.. layers], await ReadAttestationsAsync(entry, siblings, cancellationToken).ConfigureAwait(false));
    }

    private async Task<IReadOnlyList<AttestationView>> ReadAttestationsAsync(Descriptor subject, ImageIndex siblings, CancellationToken cancellationToken)
    {
        var views = new List<AttestationView>();
        var about = siblings.Manifests.Where(m => IsAttestation(m) && m.Annotations!.GetValueOrDefault(AnnotationKeys.ReferenceDigest) == subject.Digest.ToString());
        foreach (var entry in about)
        {
            var manifest = ImageManifest.Parse(await ReadDocumentAsync(entry, cancellationToken).ConfigureAwait(false), entry.MediaType);
            views.AddRange(manifest.Layers.Select(l => new AttestationView(l.Annotations?.GetValueOrDefault(AnnotationKeys.PredicateType) ?? l.MediaType, l)));
        }
        return views;
    }

    private Task<byte[]> ReadDocumentAsync(Descriptor document, CancellationToken cancellationToken) =>
        ImageResolution.ReadAsync(images.Source, document, cancellationToken);

    private static bool IsAttestation(Descriptor entry) => entry.Annotations?.ContainsKey(AnnotationKeys.ReferenceType) == true;

    private static string? NameOf(Descriptor entry) =>
        entry.Annotations?.GetValueOrDefault(AnnotationKeys.ContainerdImageName) ?? entry.Annotations?.GetValueOrDefault(AnnotationKeys.RefName);
}
