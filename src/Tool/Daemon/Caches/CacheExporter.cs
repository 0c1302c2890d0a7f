using System.Text;
using MsBuildKit.Engine.Caching;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Sessions;

namespace MsBuildKit.Tool.Daemon.Caches;

/// <summary>Writes the results of a build to where its client wants to find them again.</summary>
/// <param name="exports">Where that is.</param>
/// <param name="client">Has the folders.</param>
internal sealed class CacheExporter(IReadOnlyList<CacheExport> exports, ClientSession? client)
{
    // What a client's program makes the index of its folder of.
    private const string ManifestKey = "cache.manifest";

    /// <summary>Writes them all; gives what the client is told.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(BuildBridge bridge, FrontendResult result, CancellationToken cancellationToken)
    {
        var told = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var export in exports.Where(e => !e.IsInline))
        {
            var refs = result.Refs.Values.Where(r => r.Edge is not null).DistinctBy(r => r.Edge).ToList();
            try
            {
                if (await bridge.Status.RunAsync(export.Title, _ => WriteAsync(export, bridge, refs, cancellationToken)).ConfigureAwait(false) is { } root)
                    told.TryAdd(ManifestKey, Encoding.UTF8.GetString(OciJson.Write(root)));
            }
            catch (BuildException) when (export.IgnoresErrors)
            {
                // The status says it.
            }
        }
        return told;
    }

    /// <summary>The results of one graph; unless all are wanted, those whose layers are part of its own result.</summary>
    public static async Task<IReadOnlyList<CacheEntry>> CollectAsync(BuildBridge bridge, BuildRef solved, bool whole, CancellationToken cancellationToken)
    {
        if (solved.Edge is not { } edge) return [];
        var entries = await bridge.Job.CollectCacheAsync(edge, cancellationToken).ConfigureAwait(false);
        if (whole) return entries;
        var own = (await bridge.Job.LayersOfAsync(await solved.SolveAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)).Select(l => l.DiffId).ToHashSet();
        return [.. entries.Where(e => e.Layers.All(l => own.Contains(l.DiffId)))];
    }

    private async Task<Descriptor?> WriteAsync(CacheExport export, BuildBridge bridge, IReadOnlyList<BuildRef> refs, CancellationToken cancellationToken)
    {
        var entries = new List<CacheEntry>();
        foreach (var solved in refs) entries.AddRange(await CollectAsync(bridge, solved, export.IsWhole, cancellationToken).ConfigureAwait(false));
        if (await bridge.Job.WriteCacheAsync(entries, export.Format, export.Compression, cancellationToken).ConfigureAwait(false) is not { } cache) return null;
        if (export.Reference is { } target) await bridge.Job.PushCacheAsync(cache, target, cancellationToken).ConfigureAwait(false);
        else await StoreAsync(export, bridge, cache, cancellationToken).ConfigureAwait(false);
        return cache.Root;
    }

    private async Task StoreAsync(CacheExport export, BuildBridge bridge, WrittenCache cache, CancellationToken cancellationToken)
    {
        var writer = new SessionContentWriter(client ?? throw new DaemonException(DaemonException.NoSession, ErrorKind.FailedPrecondition, "local cache exporter/importer requires session"), export.Store);
        await bridge.Job.FetchAsync(cache, cancellationToken).ConfigureAwait(false);
        foreach (var blob in cache.Layers.Select(l => l.Blob).Append(cache.Config).Append(cache.Root))
        {
            var content = bridge.Job.OpenBlob(blob.Digest);
            await using var closed = content.ConfigureAwait(false);
            await writer.WriteAsync(blob, content, cancellationToken).ConfigureAwait(false);
        }
    }
}
