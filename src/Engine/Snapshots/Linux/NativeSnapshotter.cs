namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Plain copies: a snapshot is the whole tree up to its layer, and shares the files that it has in common with the one below.</summary>
/// <remarks>Snapshots are never written to, so they may share. What a step may write to is a copy in which no file has a second name elsewhere.</remarks>
internal sealed class NativeSnapshotter : ISnapshotter
{
    /// <inheritdoc cref="ISnapshotter.Name" />
    public const string Kind = "native";

    public string Name => Kind;

    public string Ending => ".native";

    public void Begin(SnapshotDraft draft, DraftUse use, CancellationToken cancellationToken)
    {
        if (draft.Parent.Lowers.Count == 0) return;
        using var source = RootedTree.Open(draft.Parent.Lowers[0]);
        using var target = RootedTree.Open(draft.Upper);
        var clone = new TreeClone(source, target, shares: use != DraftUse.Step);
        clone.Run(cancellationToken);
        if (use == DraftUse.Step) draft.Copy = DraftCopy.Finish(clone.Folders, draft.Folder);
    }

    public ITreeMount MountReadOnly(string target, IReadOnlyList<string> lowers) => OverlayMount.ReadOnly(target, [lowers[0]]);

    public ITreeMount MountWritable(string target, IReadOnlyList<string> lowers, string upper, string work, string? stubs) => new CopyMount(target, upper, stubs);

    public IEnumerable<TreeEntry> ReadChanges(SnapshotDraft draft, int idShift, EntryTimes times)
    {
        using var upper = RootedTree.Open(draft.Upper);
        using var parent = draft.Parent.Lowers.Count == 0 ? null : RootedTree.Open(draft.Parent.Lowers[0]);
        var entries = parent is null || draft.Copy is null ? new UpperTree(upper, null, idShift, times).Read() : new CopiedTree(upper, parent, draft.Copy, idShift, times).Read();
        foreach (var entry in entries) yield return entry;
    }
}
