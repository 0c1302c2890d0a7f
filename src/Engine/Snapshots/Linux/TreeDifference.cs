namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Compares two trees: the layer that makes the upper one of the lower one.</summary>
/// <remarks>A name has changed when its kind, mode, owner, time, attributes or content have; times count as a layer says them, in whole seconds and not
/// after the latest. The order is that of the names. Sockets are nothing that an image can have.</remarks>
/// <param name="lower">What the layer is to lie on; <c>null</c> for nothing.</param>
/// <param name="upper">What comes out; <c>null</c> for nothing.</param>
/// <param name="idShift">What was added to owners.</param>
/// <param name="times">Which they may be.</param>
internal sealed class TreeDifference(RootedTree? lower, RootedTree? upper, int idShift, EntryTimes times)
{
    private const int BufferSize = 1 << 16;

    /// <summary>The entries, parents before children. The root itself has none.</summary>
    public IEnumerable<TreeEntry> Read()
    {
        var reader = upper is null ? null : new TreeEntryReader(upper, idShift, times);
        var below = lower is null ? null : new TreeEntryReader(lower, idShift, times);
        var folders = new EntryFolders();
        folders.Enter(new EntryFolder("", NamesOf("", lower is not null), lower is not null));
        while (folders.Current is { } folder)
        {
            if (!folder.Names.TryDequeue(out var name))
            {
                folders.Leave();
                continue;
            }
            var path = folder.PathOf(name);
            var (before, now) = (folder.IsBelow ? Find(lower, path) : null, Find(upper, path));
            if (now is { IsDirectory: true } directory)
            {
                var entry = reader!.Describe(path, directory);
                var goesOn = before is { IsDirectory: true };
                folders.Enter(new EntryFolder(path, NamesOf(path, goesOn), goesOn) { Pending = entry });
                if (goesOn && IsAlike(entry, below!.Describe(path, before!.Value))) continue;
                foreach (var pending in folders.TakePending()) yield return pending;
                continue;
            }
            if (now is null && before is null) continue;
            if (now is { } there && before is { } old && IsSame(path, reader!, there, below!, old)) continue;
            foreach (var pending in folders.TakePending()) yield return pending;
            yield return now is { } status ? reader!.Read(path, status) : TreeEntryReader.Removal(path);
        }
    }

    private bool IsSame(string path, TreeEntryReader reader, FileStatus now, TreeEntryReader below, FileStatus before)
    {
        if (before.IsDirectory || !IsAlike(reader.Describe(path, now), below.Describe(path, before))) return false;
        if (now.IsLink) return upper!.ReadLink(path) == lower!.ReadLink(path);
        if (!now.IsFile) return (now.NodeMajor, now.NodeMinor) == (before.NodeMajor, before.NodeMinor);
        if (now.Size != before.Size) return false;
        using var one = reader.Open(path, now);
        using var other = below.Open(path, before);
        return HasSameContent(one, other);
    }

    private static bool IsAlike(TreeEntry now, TreeEntry before) => now.ModifiedSeconds == before.ModifiedSeconds && TreeEntryReader.AreAlike(now, before);

    /// <summary>Two files from where they stand to their ends.</summary>
    internal static bool HasSameContent(FileStream one, FileStream other)
    {
        var (first, second) = (new byte[BufferSize], new byte[BufferSize]);
        while (true)
        {
            var read = one.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
            if (other.ReadAtLeast(second, second.Length, throwOnEndOfStream: false) != read || !first.AsSpan(0, read).SequenceEqual(second.AsSpan(0, read))) return false;
            if (read < first.Length) return true;
        }
    }

    private static FileStatus? Find(RootedTree? tree, string path) => tree?.Find(path) is { IsSocket: false } found ? found : null;

    private Queue<string> NamesOf(string path, bool isBelow)
    {
        IEnumerable<string> names = upper?.List(path) ?? [];
        return new((isBelow ? names.Union(lower!.List(path)) : names).Order(StringComparer.Ordinal));
    }
}
