using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The caches of steps that a store has.</summary>
/// <param name="store">The absolute path of the store, which need not exist.</param>
public sealed class CacheMountList(string store)
{
    /// <summary>Those whose names are known, in order.</summary>
    public IReadOnlyList<CacheName> Names() => [.. StoreTrees.CacheFolders(store).Select(NameOf).OfType<CacheName>().Order()];

    /// <summary>All of them, measured, the unnamed last. Only root of a namespace with the ids of images may look: throws MBK1207.</summary>
    public IReadOnlyList<CacheMountEntry> Read()
    {
        try
        {
            return [.. StoreTrees.CacheFolders(store).Select(StoreTrees.MeasureCache).Select(Describe).OrderBy(e => e.Name is null).ThenBy(e => e.Name).ThenBy(e => e.Folder, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ContentException.CannotMaintainStore(store, e);
        }
    }

    /// <summary>The caches of an id, all of it. Throws MBK2026 when there is none.</summary>
    public IReadOnlyList<CacheName> Find(string id)
    {
        var names = Names();
        var found = names.Where(n => n.Id == id).ToList();
        if (found.Count > 0) return found;
        if (names.Count == 0) throw Empty(store);
        throw new WorkerException(WorkerException.NoCache, ErrorKind.NotFound, $"The store '{store}' has no cache mount '{id}', only: {string.Join(", ", names.Select(n => n.Id).Distinct())}. Name one of these, or another store with --store.");
    }

    /// <summary>MBK2026 for a store without any.</summary>
    public static WorkerException Empty(string store) =>
        new(WorkerException.NoCache, ErrorKind.NotFound, $"The store '{store}' has no cache mount whose id is known. Name another store with --store, or build steps with CacheMounts first.");

    private static CacheMountEntry Describe(StoredTree tree) =>
        new(Path.GetFileName(tree.File.Path), NameOf(tree.File.Path), tree.File.Size, tree.Count, tree.File.LastUsed, UseOf(tree.File.Path));

    // A record that says something else than the folder's name is none of ours.
    private static CacheName? NameOf(string path)
    {
        try
        {
            if (!SealedFile.TryRead(StoreTrees.CacheRecord(path), out var bytes) || bytes is null) return null;
            var name = CacheName.FromWire(CacheRecord.Parser.ParseFrom(bytes));
            return name.Folder == Path.GetFileName(path) ? name : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static CacheUse UseOf(string path)
    {
        var file = StoreTrees.CacheLock(path);
        if (!File.Exists(file)) return CacheUse.None;
        // Shared first: who asks for all of it would keep a step out that shares it.
        using var shared = FileLock.TryShare(file, FileMode.Open);
        if (shared is null) return CacheUse.Alone;
        shared.Dispose();
        using var alone = FileLock.TryTake(file, FileMode.Open);
        return alone is null ? CacheUse.Shared : CacheUse.None;
    }
}
