using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine;

/// <summary>Takes caches of steps out of a store, so that they can be put into another one.</summary>
/// <param name="store">Has the caches, and gets their layers, which are collected from it as all that nothing refers to.</param>
/// <param name="worker">Of the same store: it reads what belongs to the users of images.</param>
/// <param name="registries">Where an export may go to.</param>
/// <param name="progress">Hears what is done, and when a step is waited for.</param>
public sealed class CacheMountExport(LocalContentStore store, RootlessWorker worker, Registries registries, IProgress<BuildEvent>? progress)
{
    private const string Setting = "--output";

    // Layouts want a tag by which other programs ask for what is in them.
    private static readonly ImageReference s_name = ImageReference.Create("localhost", "cache-mounts", "latest");

    /// <summary>Exports caches, each as it is at one moment; what was at the place before is replaced at the end, or stays.</summary>
    /// <param name="caches">In any order.</param>
    /// <param name="place">Where to. A layout of something else is MBK2206.</param>
    /// <param name="options">How the layers are compressed.</param>
    /// <param name="wait">Whether to wait for steps that use them; else they are MBK2025.</param>
    /// <param name="cancellationToken">Leaves nothing at the place.</param>
    /// <returns>The manifest.</returns>
    public async Task<Descriptor> RunAsync(IReadOnlyList<CacheName> caches, CachePlace place, LayerOptions options, bool wait, CancellationToken cancellationToken)
    {
        var entries = new List<CacheArtifactEntry>();
        foreach (var name in caches.Order())
        {
            var layer = await ReadAsync(name, options, wait, cancellationToken).ConfigureAwait(false);
            entries.Add(new CacheArtifactEntry(name.Id, name.Ground, name.Number, layer));
        }
        var image = await CacheArtifact.WriteAsync(entries, store, cancellationToken).ConfigureAwait(false);
        await DeliverAsync(image, place, cancellationToken).ConfigureAwait(false);
        return image.Root;
    }

    private async Task<Layer> ReadAsync(CacheName name, LayerOptions options, bool wait, CancellationToken cancellationToken)
    {
        var layering = new Layering { Compression = (int)options.Compression, Parallelism = options.Parallelism };
        if (options.Level is { } level) layering.Level = level;
        var call = new Frame { ExportCache = new ExportCache { Cache = name.ToWire(), Wait = wait, Layering = layering } };
        var done = await worker.CallAsync(call, log => progress?.Report(new BuildMessage(MessageLevel.Info, log.Data.ToStringUtf8())), cancellationToken).ConfigureAwait(false);
        var layer = LayerBlobs.FromWire(done.Outputs[0].Layers[0]);
        // The worker keeps it until it ends, and this store from now on.
        store.Retain(layer.Blob.Digest);
        return layer;
    }

    private async Task DeliverAsync(AssembledImage image, CachePlace place, CancellationToken cancellationToken)
    {
        var layers = new LayerMaterializer(store, KeyLocks.OfStore(store.Root), progress);
        if (place.Registry is { } target) await new RegistryDelivery(registries, store, layers, progress).PushAsync(image, target, [target.Tag!], cancellationToken).ConfigureAwait(false);
        else if (place.Archive is { } file) await new ArchiveExporter(store, layers, 0, Setting).ExportAsync(image, [s_name], file, docker: false, cancellationToken).ConfigureAwait(false);
        else await WriteLayoutAsync(new LayoutExporter(store, layers, Setting), image, place.Directory!, cancellationToken).ConfigureAwait(false);
    }

    // A layout that is not finished is no layout, and one that was there before is still the old one.
    private static async Task WriteLayoutAsync(LayoutExporter exporter, AssembledImage image, string directory, CancellationToken cancellationToken)
    {
        var isNew = !Directory.Exists(directory);
        await RequireExportAsync(directory, cancellationToken).ConfigureAwait(false);
        try
        {
            await exporter.ExportAsync(image, [s_name], directory, _ => false, cancellationToken).ConfigureAwait(false);
        }
        catch when (isNew && Directory.Exists(directory))
        {
            Remove(directory);
            throw;
        }
    }

    // The exporter takes away what else is in a layout, and that may be somebody's images.
    private static async Task RequireExportAsync(string directory, CancellationToken cancellationToken)
    {
        if (!File.Exists(Path.Combine(directory, "index.json"))) return;
        var images = await LocalImages.OpenAsync(directory, cancellationToken).ConfigureAwait(false);
        foreach (var image in images.Index.Manifests) await CacheArtifact.ReadAsync(images.Source, image, cancellationToken).ConfigureAwait(false);
    }

    private static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Why it could not be written is the better error to tell.
        }
    }
}
