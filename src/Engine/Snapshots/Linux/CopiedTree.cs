namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Reads a draft that began as a copy as the layer that an overlay would have made: every name that changed, and what is gone.</summary>
/// <remarks>
/// First whatever is as it was gets the parent's own file back: a draft becomes a snapshot, in which names share files with the one before. A file
/// is as it was when it says and holds the same, byte by byte, also when somebody moved it away and back: its times alone are not believed.
/// All that is in a directory that began anew is of this layer, as it is with an overlay.
/// </remarks>
/// <param name="draft">Unmounted.</param>
/// <param name="parent">What it was copied from.</param>
/// <param name="copy">When.</param>
/// <param name="idShift">What was added to owners.</param>
/// <param name="times">Which they may be.</param>
internal sealed class CopiedTree(RootedTree draft, RootedTree parent, DraftCopy copy, int idShift, EntryTimes times)
{
    private readonly HashSet<string> _copiedAgain = new(StringComparer.Ordinal);

    /// <summary>The entries, parents before children. The root itself has none.</summary>
    public IEnumerable<TreeEntry> Read()
    {
        Share();
        var (reader, below) = (new TreeEntryReader(draft, idShift, times), new TreeEntryReader(parent, idShift, times));
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
        var (reader, below) = (new TreeEntryReader(draft, idShift, times), new TreeEntryReader(parent, idShift, times));
        var open = new Stack<string>([""]);
        while (open.TryPop(out var folder))
        {
            var (times, changed) = (draft.Read(folder), false);
            foreach (var name in draft.List(folder))
            {
                var path = folder.Length == 0 ? name : $"{folder}/{name}";
                if (Find(draft, path) is not { } now || Find(parent, path) is not { } before) continue;
                if (now.IsDirectory && before.IsDirectory && !copy.IsFresh(path, now)) open.Push(path);
                if (now.IsDirectory || before.IsDirectory || !reader.IsSame(path, now, below, before)) continue;
                draft.RemoveTree(path);
                if (!cloner.Place(path, before)) _copiedAgain.Add(path);
                changed = true;
            }
            if (changed) draft.SetModified(folder, times.ModifiedSeconds, times.ModifiedNanoseconds);
        }
    }

    private static FileStatus? Find(RootedTree tree, string path) => tree.Find(path) is { IsSocket: false } found ? found : null;

    private Queue<string> NamesOf(string path, bool isBelow)
    {
        IEnumerable<string> names = draft.List(path);
        return new((isBelow ? names.Union(parent.List(path)) : names).Order(StringComparer.Ordinal));
    }
}
