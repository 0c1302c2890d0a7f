namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Reads a draft that began as a copy as the layer that an overlay would have made: every name that was touched, and what is gone.</summary>
/// <remarks>
/// First whatever is as it was gets the parent's own file back: a draft becomes a snapshot, in which names share files with the one before. A file
/// is as it was when nobody touched it, by the time that the kernel keeps for that, and it says and holds the same, byte by byte: the time alone is
/// not believed. All that is in a directory that began anew is of this layer, as it is with an overlay.
/// </remarks>
/// <param name="draft">Unmounted.</param>
/// <param name="parent">What it was copied from.</param>
/// <param name="copy">When.</param>
/// <param name="idShift">What was added to owners.</param>
/// <param name="latestSeconds">No modification time is after this one, in seconds of the Unix epoch.</param>
internal sealed class CopiedTree(RootedTree draft, RootedTree parent, DraftCopy copy, int idShift, long latestSeconds)
{
    private readonly HashSet<string> _copiedAgain = new(StringComparer.Ordinal);

    /// <summary>The entries, parents before children. The root itself has none.</summary>
    public IEnumerable<TreeEntry> Read()
    {
        Share();
        var (reader, below) = (new TreeEntryReader(draft, idShift, latestSeconds), new TreeEntryReader(parent, idShift, latestSeconds));
        var folders = new EntryFolders();
        folders.Enter(new EntryFolder("", NamesOf("", isBelow: true), IsBelow: true));
        while (folders.Current is { } folder)
        {
            if (!folder.Names.TryDequeue(out var name))
            {
                folders.Leave();
                continue;
            }
            var path = folder.PathOf(name);
            var (before, now) = (folder.IsBelow ? Find(parent, path) : null, Find(draft, path));
            if (now is { IsDirectory: true } directory)
            {
                var entry = reader.Describe(path, directory);
                var goesOn = before is { IsDirectory: true };
                var isFresh = goesOn && (folder.IsFresh || copy.IsFresh(path, directory));
                folders.Enter(new EntryFolder(path, NamesOf(path, goesOn), goesOn, isFresh) { Pending = entry });
                if (goesOn && !isFresh && TreeEntryReader.AreAlike(entry, below.Describe(path, before!.Value))) continue;
                foreach (var pending in folders.TakePending()) yield return pending;
                continue;
            }
            if (now is null && before is null) continue;
            if (now is { } there && before is { } old && (there.IsSameFile(old) || _copiedAgain.Contains(path))) continue;
            foreach (var pending in folders.TakePending()) yield return pending;
            yield return now is { } status ? reader.Read(path, status) : TreeEntryReader.Removal(path);
        }
    }

    private void Share()
    {
        var cloner = new TreeClone(parent, draft, shares: true);
        var open = new Stack<string>([""]);
        while (open.TryPop(out var folder))
        {
            var (times, changed) = (draft.Read(folder), false);
            foreach (var name in draft.List(folder))
            {
                var path = folder.Length == 0 ? name : $"{folder}/{name}";
                if (Find(draft, path) is not { } now || Find(parent, path) is not { } before) continue;
                if (now.IsDirectory && before.IsDirectory && !copy.IsFresh(path, now)) open.Push(path);
                if (now.IsDirectory || before.IsDirectory || copy.IsTouched(now) || !IsSame(path, now, before)) continue;
                draft.RemoveTree(path);
                if (!cloner.Place(path, before)) _copiedAgain.Add(path);
                changed = true;
            }
            if (changed) draft.SetModified(folder, times.ModifiedSeconds, times.ModifiedNanoseconds);
        }
    }

    private bool IsSame(string path, FileStatus now, FileStatus before)
    {
        if ((now.Mode, now.Uid, now.Gid, now.Size, now.ModifiedSeconds, now.ModifiedNanoseconds) !=
            (before.Mode, before.Uid, before.Gid, before.Size, before.ModifiedSeconds, before.ModifiedNanoseconds)) return false;
        var (reader, below) = (new TreeEntryReader(draft, idShift, null), new TreeEntryReader(parent, idShift, null));
        if (!TreeEntryReader.AreAlike(reader.Describe(path, now), below.Describe(path, before))) return false;
        if (now.IsLink) return draft.ReadLink(path) == parent.ReadLink(path);
        if (!now.IsFile) return true;
        using var one = reader.Open(path, now);
        using var other = below.Open(path, before);
        return TreeDifference.HasSameContent(one, other);
    }

    private static FileStatus? Find(RootedTree tree, string path) => tree.Find(path) is { IsSocket: false } found ? found : null;

    private Queue<string> NamesOf(string path, bool isBelow)
    {
        IEnumerable<string> names = draft.List(path);
        return new((isBelow ? names.Union(parent.List(path)) : names).Order(StringComparer.Ordinal));
    }
}
