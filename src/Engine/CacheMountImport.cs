using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine;

/// <summary>Puts caches of steps into a store that <see cref="CacheMountExport"/> took out of one.</summary>
/// <remarks>What is imported is not trusted: its layers are unpacked as those of images are. Each cache is replaced as a whole or stays as it was.</remarks>
/// <param name="store">Gets the caches, and their layers on the way.</param>
/// <param name="worker">Of the same store.</param>
/// <param name="registries">Where an import may come from.</param>
/// <param name="progress">Hears what is done, and when a step is waited for.</param>
public sealed class CacheMountImport(LocalContentStore store, RootlessWorker worker, Registries registries, IProgress<BuildEvent>? progress)
{
    private const int MostNamed = 20;

    /// <summary>Imports caches.</summary>
    /// <param name="place">Where from.</param>
    /// <param name="ids">Which; none means all.</param>
    /// <param name="wait">Whether to wait for steps that use them; else they are MBK2025.</param>
    /// <param name="keep">Caches that are there stay as they are.</param>
    /// <param name="cancellationToken">Caches that were not replaced yet stay.</param>
    public async Task<IReadOnlyList<ImportedCache>> RunAsync(CachePlace place, IReadOnlyList<string> ids, bool wait, bool keep, CancellationToken cancellationToken)
    {
        var (source, root) = await OpenAsync(place, cancellationToken).ConfigureAwait(false);
        var caches = Choose(await CacheArtifact.ReadAsync(source, root, cancellationToken).ConfigureAwait(false), ids);
        var layers = new LayerMaterializer(store, KeyLocks.OfStore(store.Root), progress);
        // All are here before the first is replaced.
        await Parallel.ForEachAsync(
            caches, new ParallelOptions { MaxDegreeOfParallelism = registries.Parallelism, CancellationToken = cancellationToken },
            async (cache, token) => await layers.EnsureAsync(cache.Layer, token).ConfigureAwait(false)).ConfigureAwait(false);
        var imported = new List<ImportedCache>();
        foreach (var cache in caches) imported.Add(await ImportAsync(cache, wait, keep, cancellationToken).ConfigureAwait(false));
        return imported;
    }

    private async Task<(IContentSource, Descriptor)> OpenAsync(CachePlace place, CancellationToken cancellationToken)
    {
        if (place.Registry is { } reference)
        {
            var repository = registries.OpenRepository(reference, store);
            return (repository, await repository.ResolveAsync(reference, cancellationToken).ConfigureAwait(false));
        }
        var images = await LocalImages.OpenAsync(place.Archive ?? place.Directory!, cancellationToken).ConfigureAwait(false);
        return (images.Source, images.Find(null));
    }

    private static IReadOnlyList<CacheArtifactEntry> Choose(IReadOnlyList<CacheArtifactEntry> caches, IReadOnlyList<string> ids)
    {
        if (ids.FirstOrDefault(id => !caches.Any(c => c.Id == id)) is { } missing)
            throw new WorkerException(WorkerException.NoCache, ErrorKind.NotFound, $"The export has no cache mount '{missing}', only: {string.Join(", ", caches.Select(c => c.Id).Distinct().Take(MostNamed))}. Name one of these, or none for all.");
        return ids.Count == 0 ? caches : [.. caches.Where(c => ids.Contains(c.Id))];
    }

    private async Task<ImportedCache> ImportAsync(CacheArtifactEntry cache, bool wait, bool keep, CancellationToken cancellationToken)
    {
        var name = new CacheName(cache.Id, cache.Ground, cache.Number);
        var call = new Frame { ImportCache = new ImportCache { Cache = name.ToWire(), Wait = wait, Keep = keep, Layer = LayerBlobs.ToWire(cache.Layer) } };
        var done = await worker.CallAsync(call, log => progress?.Report(new BuildMessage(MessageLevel.Info, log.Data.ToStringUtf8())), cancellationToken).ConfigureAwait(false);
        return new ImportedCache(name, cache.Layer.Blob.Size, done.Kept);
    }
}
