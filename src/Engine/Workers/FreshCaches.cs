using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers;

/// <summary>Has the cache mounts of steps that ignore the cache begin anew, each once in a build: what one step of it leaves there the next one finds.</summary>
/// <param name="worker">Has the caches; <c>null</c> where no step runs.</param>
/// <param name="store">The path of its store.</param>
internal sealed class FreshCaches(RootlessWorker? worker, string store)
{
    private readonly SharedWork<string, bool> _removed = new();

    /// <summary>Removes those of a graph, before it is solved.</summary>
    public Task PrepareAsync(Edge graph, CancellationToken cancellationToken)
    {
        if (worker is null) return Task.CompletedTask;
        var ids = graph.Vertices().Where(v => v.Metadata.IgnoreCache && v.Op.Exec is not null).SelectMany(v => v.Op.Exec.Mounts)
            .Where(m => m.MountType == MountType.Cache).Select(m => m.CacheOpt?.ID ?? "").Distinct();
        return Task.WhenAll(ids.Select(id => _removed.GetAsync(id, token => RemoveAsync(id, token), cancellationToken)));
    }

    private async Task<bool> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        // No process is started for a cache that is not there.
        if (new CacheMountList(store).Names().All(n => n.Id != id)) return false;
        await worker!.CallAsync(new Frame { RemoveCaches = new RemoveCaches { Ids = { id } } }, _ => { }, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
