using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Keeps a store from growing: removes what was not used longest, and what dead processes left.</summary>
/// <remarks>
/// Builds go on in the same store meanwhile, in other processes, so each removal must be safe by itself.
/// <list type="bullet">
/// <item>A build that wants a blob first puts its digest on its lease, then looks whether the blob is there. Collection reads the leases
/// first, then removes. Each alone would not do: the build could look between the two. So a digest is put on a lease while passing the
/// gate, and collection reads the leases and removes a batch behind a closed gate. Whichever comes first, the other sees it: either the
/// digest is on the lease when collection reads it, and the blob stays, or the blob is gone when the build looks, and that is a miss.</item>
/// <item>Leases are made while passing the gate too, so none is ever seen made but not yet locked, and taken for a dead one.</item>
/// <item>An ingest bears the name of its owner's lease, which was locked before the ingest was begun. The ingests are listed first and the
/// leases read later, so an ingest whose lease is then not locked has no owner any more. Dead ingests go before dead leases: as long
/// as one is there, its name is not given again.</item>
/// <item>A blob that a record refers to stays as long as the record, and a record as long as a live process holds one of its blobs: to
/// remove it would free nothing and have work done twice. A record that is saved after the store was listed keeps its blobs too,
/// even when the build that saved it has ended (<see cref="LateRecords"/>). Records go before their blobs, so being killed in between
/// leaves a blob that the next collection finds, and no record ever leads nowhere.</item>
/// <item>A tree is locked by those who use it, and removed under its lock; it leaves its place whole before its files go.</item>
/// <item>What no record refers to, such as manifests and the layers of pulled bases, goes by its own last use.</item>
/// </list>
/// Nothing is written, so it works on a full disk.
/// </remarks>
public sealed class StoreCollector(string root, TimeProvider time)
{
    // Few enough that no build waits long before the gate.
    private const int BatchSize = 64;

    /// <summary>Removes what <paramref name="policy"/> does not let stay, or with <paramref name="dryRun"/> only tells what that would be.
    /// Throws MBK1206 when the folder is no store, MBK1207 when something cannot be removed.</summary>
    public CollectionResult Collect(CollectionPolicy policy, bool dryRun, CancellationToken cancellationToken)
    {
        var inventory = StoreInventory.Read(root).ReadTrees(root);
        if (inventory.Size == 0) return new CollectionResult([], 0, 0);
        try
        {
            var (removed, held) = RemoveLeftovers(inventory, dryRun);
            var late = new LateRecords(root, inventory.Records);
            var plan = new CollectionPlan(inventory, held.Union(late.Find()).ToHashSet(), policy.Filter, Now);
            removed.AddRange(Remove(plan.Damaged, late, dryRun, cancellationToken));
            var freed = removed.Sum(r => r.File.Size);
            var room = new Room(policy, Now)
            {
                Used = inventory.Size - freed,
                Free = FreeBytes() + (dryRun ? freed : 0),
                FreeInodes = Posix.FreeInodes(root) + (dryRun ? removed.Sum(r => r.Count) : 0),
            };
            removed.AddRange(Remove([.. plan.Choose(room.WantsMore).Select(room.Count)], late, dryRun, cancellationToken));
            return new CollectionResult(
                removed, inventory.Size - removed.Sum(r => r.File.Size), inventory.Blobs.Where(b => held.Contains(b.Digest)).Sum(b => b.File.Size));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ContentException.CannotMaintainStore(root, e);
        }
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private long FreeBytes() => new DriveInfo(root).AvailableFreeSpace;

    // One closed gate around looking and removing: a name that was free when it was looked at cannot be taken before its file goes.
    private (List<CollectedItem> Removed, IReadOnlySet<Digest> Held) RemoveLeftovers(StoreInventory inventory, bool dryRun)
    {
        using var gate = StoreGate.Close(root);
        var leases = LeaseFile.ReadAll(root);
        var leftovers = Leftovers.Find(inventory, leases, Now).Where(f => dryRun || TryRemove(f.Path));
        var trees = inventory.Trees.Where(t => t.Kind == CollectedKind.Leftover && !t.IsInUse && (dryRun || StoreTrees.TryRemove(root, t)));
        return ([.. leftovers.Select(f => new CollectedItem(CollectedKind.Leftover, f)), .. trees.Select(CollectedItem.Of)], HeldBy(leases));
    }

    private List<CollectedItem> Remove(IReadOnlyList<CollectedItem> items, LateRecords late, bool dryRun, CancellationToken cancellationToken)
    {
        if (dryRun) return [.. items];
        var removed = new List<CollectedItem>();
        foreach (var batch in items.Chunk(BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var gate = StoreGate.Close(root);
            var held = HeldBy(LeaseFile.ReadAll(root));
            held.UnionWith(late.Find());
            removed.AddRange(batch.Where(i => i.Tree is { } tree ? StoreTrees.TryRemove(root, tree) : !held.Contains(DigestOf(i)) && TryRemove(i.File.Path)));
        }
        return removed;
    }

    private static HashSet<Digest> HeldBy(IEnumerable<LeaseFile> leases) => [.. leases.Where(l => l.IsLive).SelectMany(l => l.Digests)];

    private static Digest DigestOf(CollectedItem item) =>
        item.Kind == CollectedKind.Blob && Digest.TryParse($"{Path.GetFileName(Path.GetDirectoryName(item.File.Path))}:{Path.GetFileName(item.File.Path)}", out var digest) ? digest : default;

    // Another collection may have been faster.
    private static bool TryRemove(string path)
    {
        if (!File.Exists(path)) return false;
        File.Delete(path);
        return true;
    }

    private sealed class Room(CollectionPolicy policy, DateTime now)
    {
        public long Used { get; set; }

        public long Free { get; set; }

        public long? FreeInodes { get; set; }

        public bool WantsMore(DateTime lastUsed) =>
            policy.All || now - lastUsed > policy.OlderThan || Used > policy.KeepBytes || Free < policy.MinFreeBytes || FreeInodes < policy.MinFreeInodes;

        public CollectedItem Count(CollectedItem item)
        {
            Used -= item.File.Size;
            Free += item.File.Size;
            FreeInodes += item.Count;
            return item;
        }
    }
}
