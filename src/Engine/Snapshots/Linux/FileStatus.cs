namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What the file system knows of a name, as it is on disk: owners are not shifted.</summary>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Uid">The owner, as the calling process's namespace numbers it.</param>
/// <param name="Gid">The group, likewise.</param>
/// <param name="Size">Bytes of content.</param>
/// <param name="ModifiedSeconds">Modification time in seconds of the Unix epoch.</param>
/// <param name="ModifiedNanoseconds">What is beyond the second.</param>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file in it.</param>
/// <param name="Links">How many names it has.</param>
/// <param name="NodeMajor">Of a device.</param>
/// <param name="NodeMinor">Of a device.</param>
public readonly record struct FileStatus(
    int Mode, uint Uid, uint Gid, long Size, long ModifiedSeconds, uint ModifiedNanoseconds, ulong Device, ulong Inode, uint Links, uint NodeMajor, uint NodeMinor)
{
    /// <summary>When anything of the file last changed, which only the kernel sets: seconds of the Unix epoch, and nanoseconds beyond.</summary>
    public (long Seconds, uint Nanoseconds) Changed { get; init; }

    /// <summary>When it was made; 0 where the file system does not know.</summary>
    public (long Seconds, uint Nanoseconds) Born { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky.</summary>
    public int Permissions => Mode & 0xFFF;

    public bool IsDirectory => (Mode & Kernel.TypeMask) == Kernel.Directory;

    public bool IsFile => (Mode & Kernel.TypeMask) == Kernel.File;

    public bool IsLink => (Mode & Kernel.TypeMask) == Kernel.Link;

    public bool IsSocket => (Mode & Kernel.TypeMask) == Kernel.Socket;

    /// <summary>The device 0:0, by which an overlay says that a name of the layers below is gone.</summary>
    public bool IsWhiteout => (Mode & Kernel.TypeMask) == Kernel.CharacterDevice && (NodeMajor, NodeMinor) == (0, 0);

    /// <summary>Both are of one file, and its content has not changed between.</summary>
    public bool IsSameContent(FileStatus other) =>
        IsSameFile(other) && (Size, ModifiedSeconds, ModifiedNanoseconds) == (other.Size, other.ModifiedSeconds, other.ModifiedNanoseconds);

    /// <summary>Both are of one file.</summary>
    public bool IsSameFile(FileStatus other) => (Device, Inode) == (other.Device, other.Inode);
}
