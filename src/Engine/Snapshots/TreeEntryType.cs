namespace MsBuildKit.Engine.Snapshots;

/// <summary>What a <see cref="TreeEntry"/> is.</summary>
public enum TreeEntryType
{
    File,
    Directory,
    Symlink,

    /// <summary>A second name of a file that stands earlier in the same tree; <see cref="TreeEntry.Link"/> is that path.</summary>
    HardLink,
    CharacterDevice,
    BlockDevice,
    Fifo,
}
