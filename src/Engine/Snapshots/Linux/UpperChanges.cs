namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Reads the layer of a draft whose upper directory has only what changed.</summary>
internal static class UpperChanges
{
    // What lies below is mounted as long as it is read: seen as one tree, it tells what was changed from what was only passed through.
    public static IEnumerable<TreeEntry> Read(ISnapshotter snapshotter, SnapshotDraft draft, int idShift, EntryTimes times, UpperMarks marks)
    {
        using var upper = RootedTree.Open(draft.Upper);
        using var below = draft.Parent.Lowers.Count == 0 ? null : snapshotter.MountReadOnly(draft.Target, draft.Parent.Lowers);
        using var lower = below is null ? null : RootedTree.Open(below.Target);
        foreach (var entry in new UpperTree(upper, lower, idShift, times, marks).Read()) yield return entry;
    }
}
