namespace MsBuildKit.Engine.Content;

/// <summary>What processes left behind that died.</summary>
internal static class Leftovers
{
    // A staged file takes milliseconds to be written and renamed, and carries no lock by which to tell who still does so.
    private static readonly TimeSpan s_staging = TimeSpan.FromHours(1);

    /// <summary>Finds them: ingests before leases. The leases must have been read after the inventory and behind a closed gate.</summary>
    public static IEnumerable<StoredFile> Find(StoreInventory inventory, IReadOnlyList<LeaseFile> leases, DateTime now)
    {
        var names = leases.Where(l => l.IsLive).Select(l => l.Name).ToHashSet(StringComparer.Ordinal);
        return inventory.Ingests.Where(f => !names.Contains(OwnerOf(f)))
            .Concat(inventory.Staged.Where(f => now - f.LastUsed > s_staging))
            .Concat(inventory.Leases.Where(f => !names.Contains(NameOf(f))));
    }

    /// <summary>The lease that an ingest, <c>PID-NUMBER-COUNTER</c>, belongs to.</summary>
    public static string OwnerOf(StoredFile ingest)
    {
        var name = Path.GetFileName(ingest.Path);
        var end = name.LastIndexOf('-');
        return end < 0 ? name : name[..end];
    }

    /// <summary>The lease that a file belongs to: its digests or its lock.</summary>
    public static string NameOf(StoredFile lease)
    {
        var name = Path.GetFileName(lease.Path);
        return name.EndsWith(Lease.LockEnding, StringComparison.Ordinal) ? name[..^Lease.LockEnding.Length] : name;
    }
}
