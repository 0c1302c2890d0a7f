namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What makes the tree of one described layer of that of another one, where both lie on the same.</summary>
internal static class DescribedChange
{
    // Few changes are always made; of more, at most one of so many entries.
    private const int Few = 256, Share = 8;

    /// <summary>Entries of a layer on top of the earlier one, parents before children; <c>null</c> when that is much, or not certain.</summary>
    /// <param name="before">The earlier layer's entries.</param>
    /// <param name="now">This one's.</param>
    /// <param name="isBelow">Both lie on something at that path, which comes to light again when the layer has nothing there.</param>
    public static IReadOnlyList<TreeEntry>? Between(IReadOnlyList<TreeEntry> before, IReadOnlyList<TreeEntry> now, Func<string, bool> isBelow)
    {
        var most = Math.Max(Few, now.Count / Share);
        var known = new Dictionary<string, TreeEntry>(before.Count, StringComparer.Ordinal);
        foreach (var entry in before)
            if (IsAboutOthers(entry) || !known.TryAdd(entry.Path, entry)) return null;
        var changes = new List<TreeEntry>();
        var (folders, others) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var entry in now)
        {
            if (IsAboutOthers(entry)) return null;
            (entry.Type == TreeEntryType.Directory ? folders : others).Add(entry.Path);
            if (known.Remove(entry.Path, out var old) && IsSame(old, entry)) continue;
            changes.Add(entry);
            if (changes.Count > most) return null;
        }
        var gone = new HashSet<string>(known.Keys, StringComparer.Ordinal);
        if (changes.Count + gone.Count > most || gone.Any(isBelow)) return null;
        // What is in a folder that is gone goes with it, and so does what was in one that is a file now.
        var removed = gone.Where(p => !Above(p).Any(a => gone.Contains(a) || others.Contains(a))).Order(StringComparer.Ordinal).ToList();
        // A folder that nobody stated was only there for what was in it.
        if (removed.Any(p => RootedTree.ParentOf(p) is { Length: > 0 } parent && !folders.Contains(parent) && !isBelow(parent))) return null;
        return [.. removed.Select(TreeEntryReader.Removal), .. changes];
    }

    private static bool IsAboutOthers(TreeEntry entry) => entry.Type == TreeEntryType.HardLink || RootedTree.NameOf(entry.Path).StartsWith(".wh.", StringComparison.Ordinal);

    private static bool IsSame(TreeEntry one, TreeEntry other) =>
        (one.Type, one.Mode, one.Uid, one.Gid, one.ModifiedSeconds, one.Size, one.Link) == (other.Type, other.Mode, other.Uid, other.Gid, other.ModifiedSeconds, other.Size, other.Link)
        && (one.Size == 0 || (one.Content is { } content && content == other.Content)) && one.Xattrs is null && other.Xattrs is null
        && one.Type is TreeEntryType.File or TreeEntryType.Directory or TreeEntryType.Symlink;

    private static IEnumerable<string> Above(string path)
    {
        for (var above = RootedTree.ParentOf(path); above.Length > 0; above = RootedTree.ParentOf(above)) yield return above;
    }
}
