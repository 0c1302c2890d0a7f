using System.Runtime.Versioning;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Makes layers of caches, and caches of layers, inside the namespaces of a worker process.</summary>
/// <remarks>A layer holds its cache below one directory of the name that the cache has in a store, so that owner and mode of the cache itself travel too,
/// and several layers can be unpacked over one another. While a layer is made or takes its place, no step uses the cache.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class CacheTransfer(CacheMounts caches, SnapshotStore snapshots, LocalContentStore store) : ICacheExecutor
{
    /// <inheritdoc />
    public async Task<Done> ExportAsync(ExportCache call, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken)
    {
        var name = CacheName.FromWire(call.Cache);
        using var cache = await caches.TakeAloneAsync(name, Waiting(name, call.Wait, log), cancellationToken).ConfigureAwait(false);
        if (!Directory.Exists(cache.Path)) throw new WorkerException(WorkerException.NoCache, ErrorKind.NotFound, $"The cache mount '{name.Id}' was removed meanwhile. See 'msbuildkit cache-mount list'.");
        var options = new LayerOptions((Compression)call.Layering.Compression, call.Layering.HasLevel ? call.Layering.Level : null, call.Layering.Parallelism);
        var layer = await LayerWriter.WriteAsync(Read(cache.Path, name.Folder), store, options, $"cache mount {name.Id}", cancellationToken).ConfigureAwait(false);
        return new Done { Outputs = { new Output { Input = -1, Layers = { LayerBlobs.ToWire(layer) } } } };
    }

    /// <inheritdoc />
    public async Task<Done> ImportAsync(ImportCache call, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken)
    {
        var name = CacheName.FromWire(call.Cache);
        using var cache = await caches.TakeAloneAsync(name, Waiting(name, call.Wait, log), cancellationToken).ConfigureAwait(false);
        if (call.Keep && Directory.Exists(cache.Path)) return new Done { Kept = true };
        using var nothing = await snapshots.EnsureAsync([], cancellationToken).ConfigureAwait(false);
        // Disposed, it takes what is in there with it: what was the cache before, and what came to nothing.
        using var draft = snapshots.Begin(nothing);
        await UnpackAsync(LayerBlobs.FromWire(call.Layer), draft.Upper, cancellationToken).ConfigureAwait(false);
        RequireOnly(draft.Upper, name.Folder);
        caches.Replace(name, Path.Combine(draft.Upper, name.Folder));
        return new Done();
    }

    /// <inheritdoc />
    public async Task<Done> RemoveAsync(RemoveCaches call, CancellationToken cancellationToken)
    {
        foreach (var id in call.Ids) await caches.RemoveAsync(id, cancellationToken).ConfigureAwait(false);
        return new Done();
    }

    private static IEnumerable<TreeEntry> Read(string path, string folder)
    {
        using var tree = RootedTree.Open(path);
        yield return new TreeEntryReader(tree, StepIds.First, null).Describe("", tree.Read("")) with { Path = folder };
        foreach (var entry in new UpperTree(tree, null, StepIds.First, null).Read())
            yield return entry with { Path = $"{folder}/{entry.Path}", Link = entry.Type == TreeEntryType.HardLink ? $"{folder}/{entry.Link}" : entry.Link };
    }

    private async Task UnpackAsync(Layer layer, string directory, CancellationToken cancellationToken)
    {
        var compression = MediaTypes.LayerCompression(layer.Blob.MediaType) ?? throw new OciException(OciException.UnknownMediaType, $"The layer type '{layer.Blob.MediaType}' cannot be read here. Export the cache mounts again.");
        var blob = await store.FindAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw new WorkerException(WorkerException.LayerGone, ErrorKind.NotFound, $"The layer '{layer.Blob.Digest}' vanished from the store '{store.Root}'. Import again.");
        await using (blob.ConfigureAwait(false))
            await new LayerApplier(StepIds.First).ApplyAsync(blob, compression, layer.DiffId, directory, isBottom: true, cancellationToken).ConfigureAwait(false);
    }

    private static void RequireOnly(string directory, string folder)
    {
        using var tree = RootedTree.Open(directory);
        if (tree.List("") is [var only] && only == folder && tree.Read(folder).IsDirectory) return;
        throw new SnapshotException(SnapshotException.InvalidEntry, ErrorKind.Invalid, $"A layer is not what is in the directory '{folder}' of a cache mount, and nothing else. Do not use what it came from.");
    }

    private static Func<ValueTask>? Waiting(CacheName name, bool mayWait, Func<int, ReadOnlyMemory<byte>, ValueTask> log) =>
        mayWait ? () => log(2, Encoding.UTF8.GetBytes($"waiting for a step that uses the cache mount '{name.Id}'")) : null;
}
