namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A way to have the trees of layers, by the name that it has in BuildKit.</summary>
/// <remarks>
/// A draft is begun on snapshots, mounted, written to, unmounted, read and kept, in this order. Whichever way it goes, the same writes give the same
/// layer. What a snapshot is on disk is each one's own: <see cref="Ending"/> keeps them apart in a store.
/// </remarks>
public interface ISnapshotter
{
    /// <summary>As it is named in <c>ContainerSnapshotter</c>.</summary>
    string Name { get; }

    /// <summary>What the names of its snapshots' folders end with.</summary>
    string Ending { get; }

    /// <summary>Fills a new draft with what it needs of its parent.</summary>
    /// <param name="draft">Its upper directory is empty but for what the root is.</param>
    /// <param name="use">What comes next.</param>
    /// <param name="cancellationToken">Leaves it half done.</param>
    void Begin(SnapshotDraft draft, DraftUse use, CancellationToken cancellationToken);

    /// <summary>Mounts snapshots to be read.</summary>
    /// <param name="target">An absolute path of a directory.</param>
    /// <param name="lowers">From the top down, at least one.</param>
    ITreeMount MountReadOnly(string target, IReadOnlyList<string> lowers);

    /// <summary>Mounts what was begun.</summary>
    /// <param name="target">An absolute path of a directory.</param>
    /// <param name="lowers">The snapshots from the top down.</param>
    /// <param name="upper">The draft's upper directory.</param>
    /// <param name="work">A path beside it, for the mount's own things.</param>
    /// <param name="stubs">A directory of mere mount points below everything, which never get into the layer; <c>null</c> for none.</param>
    ITreeMount MountWritable(string target, IReadOnlyList<string> lowers, string upper, string work, string? stubs);

    /// <summary>The layer that an unmounted draft makes on top of its parent, parents before children, in the order of names.</summary>
    IEnumerable<TreeEntry> ReadChanges(SnapshotDraft draft, int idShift, EntryTimes times);
}
