namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>The kernel's overlays: a snapshot is the upper directory of its layer, with devices 0:0 for what is gone.</summary>
internal sealed class OverlaySnapshotter : ISnapshotter
{
    /// <inheritdoc cref="ISnapshotter.Name" />
    public const string Kind = "overlayfs";

    public string Name => Kind;

    public string Ending => "";

    public void Begin(SnapshotDraft draft, DraftUse use, CancellationToken cancellationToken)
    {
        // An overlay shows what is below by itself.
    }

    public ITreeMount MountReadOnly(string target, IReadOnlyList<string> lowers) => OverlayMount.ReadOnly(target, lowers);

    public ITreeMount MountWritable(string target, IReadOnlyList<string> lowers, string upper, string work, string? stubs)
    {
        var below = stubs is null ? lowers : [.. lowers, stubs];
        if (below.Count > 0) Directory.CreateDirectory(work);
        return OverlayMount.Writable(target, below, upper, work);
    }

    public IEnumerable<TreeEntry> ReadChanges(SnapshotDraft draft, int idShift, EntryTimes times) => UpperChanges.Read(this, draft, idShift, times, UpperMarks.Overlay);
}
