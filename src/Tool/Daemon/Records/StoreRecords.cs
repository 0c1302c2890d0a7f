using Google.Protobuf.WellKnownTypes;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>What a store has, as clients are told. Only who may see the trees of steps may ask.</summary>
/// <param name="root">The store.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreRecords(string root, TimeProvider time)
{
    /// <summary>Everything that is kept for builds to come.</summary>
    public IReadOnlyList<UsageRecord> List()
    {
        var inventory = StoreInventory.Read(root).ReadTrees(root);
        if (inventory.Size == 0) return [];
        var held = StoreUsage.FindHeld(root);
        var names = CacheNames();
        return
        [
            .. inventory.Blobs.Select(b => Of(CollectedKind.Blob, b.File, held.Contains(b.Digest), names)),
            .. inventory.Records.Select(r => Of(CollectedKind.Record, r, false, names)),
            .. inventory.Facts.Select(f => Of(CollectedKind.Facts, f, false, names)),
            .. inventory.Trees.Where(t => t.Kind != CollectedKind.Leftover).Select(t => Of(t.Kind, t.File, t.IsInUse, names)),
        ];
    }

    /// <summary>Removes what a request does not let stay, what was not used longest first; gives what is gone.</summary>
    public IReadOnlyList<UsageRecord> Prune(PruneRequest request, CancellationToken cancellationToken)
    {
        var inventory = StoreInventory.Read(root).ReadTrees(root);
        if (inventory.Size == 0) return [];
        var (choice, names) = (new PruneChoice(request), CacheNames());
        var keep = choice.KeptBytes(inventory.Size, new DriveInfo(root).AvailableFreeSpace);
        var policy = new CollectionPolicy
        {
            All = keep is null,
            KeepBytes = keep,
            Filter = new CollectionFilter { Chooses = i => choice.Takes(Of(i.Kind, i.File, false, names), time.GetUtcNow()) },
        };
        return [.. new StoreCollector(root, time).Collect(policy, dryRun: false, cancellationToken).Removed.Select(i => Of(i.Kind, i.File, false, names))];
    }

    private Dictionary<string, string> CacheNames() => new CacheMountList(root).Read().Where(c => c.Name is not null).ToDictionary(c => c.Folder, c => c.Name!.Id, StringComparer.Ordinal);

    private static UsageRecord Of(CollectedKind kind, StoredFile file, bool inUse, Dictionary<string, string> caches)
    {
        var name = Path.GetFileName(file.Path);
        var (id, type, description) = kind switch
        {
            CollectedKind.Blob => ($"{Path.GetFileName(Path.GetDirectoryName(file.Path))}:{name}", "regular", "blob"),
            CollectedKind.Record => (name, "regular", "result of a step"),
            CollectedKind.Snapshot => (name, "regular", "unpacked layers"),
            CollectedKind.Failed => (name, "regular", "files of a failed step"),
            CollectedKind.Cache => (name, "exec.cachemount", caches.TryGetValue(name, out var cache) ? $"cached mount {cache}" : "cached mount"),
            CollectedKind.Repository => (name, "source.git.checkout", "git repository"),
            CollectedKind.Facts => (name, "internal", "what is known of files"),
            _ => (name, "internal", "left by a process that ended"),
        };
        var used = Timestamp.FromDateTime(DateTime.SpecifyKind(file.LastUsed, DateTimeKind.Utc));
        return new UsageRecord
        {
            ID = id, Mutable = kind == CollectedKind.Cache, InUse = inUse, Size = file.Size, CreatedAt = used, LastUsedAt = used, UsageCount = 1, Description = description, RecordType = type,
        };
    }
}
