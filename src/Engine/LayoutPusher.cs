using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Delivers an image that was built before and stands in a layout.</summary>
public sealed class LayoutPusher(BuilderServices services)
{
    private const int MostMended = 10;

    /// <summary>Pushes the layout's image to <paramref name="target"/>'s repository under every tag, and returns what the tags point at.
    /// Layers that the layout left in their registry are mounted or fetched from there.</summary>
    public async Task<Descriptor> PushAsync(
        string layoutDirectory, string cacheDirectory, ImageReference target, IReadOnlyList<string> tags, IProgress<BuildEvent>? progress, CancellationToken cancellationToken)
    {
        var store = new LocalContentStore(cacheDirectory);
        await using (store.ConfigureAwait(false))
            for (var mended = 0; ; mended++)
                try
                {
                    return await PushAsync(new OutputLayout(layoutDirectory), store, target, tags, progress, cancellationToken).ConfigureAwait(false);
                }
                catch (BuildException e) when (e.Code == ContentException.Damaged && mended < MostMended)
                {
                    // What the disk damaged is gone by now, so this time it comes from the store or from its registry.
                    progress?.Report(new BuildMessage(MessageLevel.Warning, $"The push starts over. {e.Message}", e.Code));
                }
    }

    private async Task<Descriptor> PushAsync(
        OutputLayout layout, LocalContentStore store, ImageReference target, IReadOnlyList<string> tags, IProgress<BuildEvent>? progress, CancellationToken cancellationToken)
    {
        var content = new ContentSources(layout, store);
        var root = await layout.FindImageAsync(cancellationToken).ConfigureAwait(false);
        var image = await LayoutImage.ReadAsync(content, root, reference => Origin(reference, store), cancellationToken).ConfigureAwait(false);
        var layers = new LayerMaterializer(store, KeyLocks.OfStore(store.Root), progress);
        await new RegistryDelivery(services.Registries, content, layers, progress).PushAsync(image, target, tags, cancellationToken).ConfigureAwait(false);
        return image.Root;
    }

    private LayerOrigin Origin(ImageReference reference, LocalContentStore store) => new(services.Registries.OpenRepository(reference, store), reference);
}
