using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine;

/// <summary>Pushes an assembled image: blobs at once, then what refers to them, tags last.</summary>
internal sealed class RegistryDelivery(Registries registries, IContentSource content, ILayerProvider layers, IProgress<BuildEvent>? progress)
{
    /// <summary>Pushes the layers alone, of which nobody knows until the image is there.</summary>
    public Task PushLayersAsync(AssembledImage image, ImageReference target, CancellationToken cancellationToken) =>
        PushAsync(registries.OpenPusher(target), image.Manifests.SelectMany(m => m.Layers).DistinctBy(l => l.Blob.Digest).Select(l => (l.Blob, (Layer?)l)), target, cancellationToken);

    /// <summary>Pushes to one repository under every tag. A reader never sees a tag whose content is missing.</summary>
    public async Task PushAsync(AssembledImage image, ImageReference target, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        var pusher = registries.OpenPusher(target);
        var documents = image.Documents().DistinctBy(d => d.Digest).ToList();
        var blobs = documents.Where(d => !IsManifest(d)).Select(d => (Blob: d, Layer: (Layer?)null))
            .Concat(image.Manifests.SelectMany(m => m.Layers).DistinctBy(l => l.Blob.Digest).Select(l => (Blob: l.Blob, Layer: (Layer?)l)));
        var sent = await PushAsync(pusher, blobs, target, cancellationToken).ConfigureAwait(false);
        foreach (var manifest in documents.Where(d => IsManifest(d) && d.Digest != image.Root.Digest))
            await PutAsync(pusher, manifest, manifest.Digest.ToString(), cancellationToken).ConfigureAwait(false);
        foreach (var name in tags.DefaultIfEmpty(image.Root.Digest.ToString())) await PutAsync(pusher, image.Root, name, cancellationToken).ConfigureAwait(false);
        progress?.Report(new BuildMessage(MessageLevel.Info, $"pushed {target.Registry}/{target.Repository}{(tags.Count > 0 ? ":" + string.Join(',', tags) : $"@{image.Root.Digest}")} ({sent} bytes sent)"));
    }

    private async Task<long> PushAsync(RegistryPusher pusher, IEnumerable<(Descriptor Blob, Layer? Layer)> blobs, ImageReference target, CancellationToken cancellationToken)
    {
        long sent = 0;
        await Parallel.ForEachAsync(
            blobs,
            new ParallelOptions { MaxDegreeOfParallelism = registries.Parallelism, CancellationToken = cancellationToken },
            async (item, token) => Interlocked.Add(ref sent, await pusher.PushBlobAsync(
                item.Blob, MountSource(item.Layer, target), t => OpenAsync(item.Blob, item.Layer, t), progress, token).ConfigureAwait(false))).ConfigureAwait(false);
        return sent;
    }

    private static bool IsManifest(Descriptor document) => MediaTypes.IsManifest(document.MediaType) || MediaTypes.IsIndex(document.MediaType);

    private static string? MountSource(Layer? layer, ImageReference target) =>
        layer?.Origin?.Repository is { } from && from.Registry == target.Registry && from.Repository != target.Repository ? from.Repository : null;

    private async Task<Stream> OpenAsync(Descriptor blob, Layer? layer, CancellationToken cancellationToken)
    {
        if (layer is not null && await content.FindSizeAsync(blob.Digest, cancellationToken).ConfigureAwait(false) is null) await layers.EnsureAsync(layer, cancellationToken).ConfigureAwait(false);
        return await content.FindAsync(blob.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{blob.Digest}' vanished while it was pushed. Build again.");
    }

    private async Task PutAsync(RegistryPusher pusher, Descriptor manifest, string target, CancellationToken cancellationToken) =>
        await pusher.PushManifestAsync(manifest, await ImageResolution.ReadAsync(content, manifest, cancellationToken).ConfigureAwait(false), target, cancellationToken).ConfigureAwait(false);
}
