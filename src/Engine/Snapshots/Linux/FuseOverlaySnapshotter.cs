using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>The program <c>fuse-overlayfs</c>, one for each mount: a snapshot is the upper directory that it leaves.</summary>
/// <param name="program">Its full path; <c>null</c> when it is not there.</param>
internal sealed class FuseOverlaySnapshotter(string? program) : ISnapshotter
{
    /// <inheritdoc cref="ISnapshotter.Name" />
    public const string Kind = "fuse-overlayfs";

    public string Name => Kind;

    public string Ending => ".fuse";

    public void Begin(SnapshotDraft draft, DraftUse use, CancellationToken cancellationToken)
    {
        // The program shows what is below by itself.
    }

    // A single one too: only the program hides its own marks.
    public ITreeMount MountReadOnly(string target, IReadOnlyList<string> lowers) => FuseOverlayMount.ReadOnly(Program, target, lowers);

    public ITreeMount MountWritable(string target, IReadOnlyList<string> lowers, string upper, string work, string? stubs)
    {
        IReadOnlyList<string> below = stubs is null ? lowers : [.. lowers, stubs];
        if (below.Count == 0) return OverlayMount.Writable(target, below, upper, work);
        Directory.CreateDirectory(work);
        return FuseOverlayMount.Writable(Program, target, below, upper, work);
    }

    public IEnumerable<TreeEntry> ReadChanges(SnapshotDraft draft, int idShift, EntryTimes times) => UpperChanges.Read(this, draft, idShift, times, UpperMarks.FuseOverlay);

    private string Program => program ?? throw new SnapshotException(SnapshotException.CannotMount, ErrorKind.FailedPrecondition,
        "The program 'fuse-overlayfs' is not on the PATH. Install the package 'fuse-overlayfs'.");
}
