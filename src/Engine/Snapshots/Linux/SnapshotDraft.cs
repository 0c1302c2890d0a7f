namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A tree that is being made on top of others. Disposed before it is kept, it is gone.</summary>
/// <remarks>Unmount what was mounted of it before it is kept or disposed; it neither follows links nor removes what is mounted.</remarks>
public sealed class SnapshotDraft : IDisposable
{
    private readonly Staging _staging;

    internal SnapshotDraft(Staging staging, SnapshotStack parent, ISnapshotter snapshotter)
    {
        (_staging, Parent, Snapshotter) = (staging, parent, snapshotter);
        Began = new DateTimeOffset(Directory.GetLastWriteTimeUtc(staging.Path), TimeSpan.Zero).ToUnixTimeSeconds();
    }

    /// <summary>What it lies on; it belongs to whoever began the draft, and has to outlive it.</summary>
    public SnapshotStack Parent { get; }

    /// <summary>Gets what is written.</summary>
    public string Upper => Path.Combine(Folder, SnapshotStore.TreeName);

    /// <summary>The mount's own.</summary>
    public string Work => Path.Combine(Folder, SnapshotStore.WorkName);

    /// <summary>An empty directory to mount the whole at.</summary>
    public string Target => Path.Combine(Folder, SnapshotStore.TargetName);

    internal ISnapshotter Snapshotter { get; }

    /// <summary>When it was begun, by the clock of the file system and in seconds of the Unix epoch: what is older came with its time.</summary>
    public long Began { get; }

    /// <summary>Set when it began as a copy of its parent.</summary>
    internal DraftCopy? Copy { get; set; }

    internal string Folder => _staging.Path;

    /// <summary>Mounts the draft on what it lies on.</summary>
    public ITreeMount Mount() => Mount(Target, null);

    /// <summary>Mounts it elsewhere, with mount points below everything, which never get into the layer.</summary>
    public ITreeMount Mount(string target, string? stubs) => Snapshotter.MountWritable(target, Parent.Lowers, Upper, Work, stubs);

    /// <inheritdoc />
    public void Dispose() => _staging.Dispose();
}
