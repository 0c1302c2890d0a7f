using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>How large a store is, and of what. The parts account for every byte and every inode, as <c>du</c> counts them.</summary>
/// <param name="Root">The store.</param>
/// <param name="Parts">By what the files are for.</param>
/// <param name="Blobs">Each blob.</param>
/// <param name="Held">What live processes hold.</param>
public sealed record StoreUsage(string Root, IReadOnlyList<StoreUsagePart> Parts, IReadOnlyList<StoredBlob> Blobs, IReadOnlySet<Digest> Held)
{
    /// <summary>Files and folders: what the store takes of the disk's inodes.</summary>
    public int Count => Parts.Sum(p => p.Count);

    /// <summary>Bytes.</summary>
    public long Size => Parts.Sum(p => p.Size);

    /// <summary>Bytes of what live processes hold or write.</summary>
    public long InUseSize => Parts.Sum(p => p.InUseSize);

    /// <summary>Measures a store, which need not exist. Throws MBK1206 when the folder is no store.</summary>
    public static StoreUsage Read(string root)
    {
        var inventory = StoreInventory.Read(root).ReadTrees(root);
        var live = LeaseFile.ReadAll(root).Where(l => l.IsLive).ToList();
        var held = FindHeld(root);
        var names = live.Select(l => l.Name).ToHashSet(StringComparer.Ordinal);
        return new StoreUsage(
            root,
            [
                Of("blobs", "blobs", inventory.Blobs.Select(b => b.File), inventory.Blobs.Where(b => held.Contains(b.Digest)).Select(b => b.File)),
                Of("records", "cache index", inventory.Records, []),
                Of("facts", "facts of files", inventory.Facts, []),
                Of("ingests", "blobs on their way in", inventory.Ingests, inventory.Ingests.Where(f => names.Contains(Leftovers.OwnerOf(f)))),
                Of("snapshots", "unpacked layers", inventory.Trees, CollectedKind.Snapshot),
                Of("caches", "caches of steps", inventory.Trees, CollectedKind.Cache),
                Of("failed", "failed steps", inventory.Trees, CollectedKind.Failed),
                Of("repositories", "git repositories", inventory.Trees, CollectedKind.Repository),
                Of("leases", "leases", inventory.Leases, inventory.Leases.Where(f => names.Contains(Leftovers.NameOf(f)))),
                Of("staged", "files being written", inventory.Staged, []),
                Of("stagedTrees", "trees being made", inventory.Trees, CollectedKind.Leftover),
                Of("others", "locks and others", inventory.Others, []),
                Of("folders", "folders", inventory.Folders, []),
            ],
            inventory.Blobs, held);
    }

    /// <summary>What live processes hold at this moment.</summary>
    public static IReadOnlySet<Digest> FindHeld(string root) => LeaseFile.ReadAll(root).Where(l => l.IsLive).SelectMany(l => l.Digests).ToHashSet();

    private static StoreUsagePart Of(string name, string title, IEnumerable<StoredFile> files, IEnumerable<StoredFile> inUse) =>
        new(name, title, files.Count(), files.Sum(f => f.Size), inUse.Count(), inUse.Sum(f => f.Size));

    private static StoreUsagePart Of(string name, string title, IEnumerable<StoredTree> trees, CollectedKind kind)
    {
        var own = trees.Where(t => t.Kind == kind).ToList();
        var inUse = own.Where(t => t.IsInUse).ToList();
        return new(name, title, own.Sum(t => t.Count), own.Sum(t => t.File.Size), inUse.Sum(t => t.Count), inUse.Sum(t => t.File.Size));
    }
}
