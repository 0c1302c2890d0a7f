using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>The mode of an entry on the wire: the bits of Go's <c>os.FileMode</c>, which are POSIX's for permissions alone.</summary>
internal static class EntryMode
{
    public const uint Directory = 1u << 31, Link = 1u << 27, Device = 1u << 26, Pipe = 1u << 25, Socket = 1u << 24, CharacterDevice = 1u << 21;

    private const uint SetUid = 1u << 23, SetGid = 1u << 22, Sticky = 1u << 20, Irregular = 1u << 19;
    private const uint Types = Directory | Link | Device | Pipe | Socket | CharacterDevice | Irregular;
    private const int PosixSetUid = 0x800, PosixSetGid = 0x400, PosixSticky = 0x200, Permissions = 0x1FF;

    /// <summary>Of permission bits with setuid, setgid and sticky.</summary>
    public static uint FromPosix(int mode) =>
        (uint)(mode & Permissions) | Bit(mode, PosixSetUid, SetUid) | Bit(mode, PosixSetGid, SetGid) | Bit(mode, PosixSticky, Sticky);

    /// <summary>The permission bits with setuid, setgid and sticky.</summary>
    public static int ToPosix(uint mode) =>
        (int)(mode & Permissions) | ((mode & SetUid) != 0 ? PosixSetUid : 0) | ((mode & SetGid) != 0 ? PosixSetGid : 0) | ((mode & Sticky) != 0 ? PosixSticky : 0);

    /// <summary>The bits that say what an entry of a layer is.</summary>
    public static uint KindOf(TreeEntryType type) => type switch
    {
        TreeEntryType.Directory => Directory,
        TreeEntryType.Symlink => Link,
        TreeEntryType.CharacterDevice => Device | CharacterDevice,
        TreeEntryType.BlockDevice => Device,
        TreeEntryType.Fifo => Pipe,
        _ => 0,
    };

    /// <summary>The same of a mode as stat(2) has it.</summary>
    public static uint KindOf(uint mode) => (mode & 0xF000) switch
    {
        0x4000 => Directory,
        0xA000 => Link,
        0x2000 => Device | CharacterDevice,
        0x6000 => Device,
        0x1000 => Pipe,
        0xC000 => Socket,
        _ => 0,
    };

    public static bool IsDirectory(this Stat entry) => (entry.Mode & Directory) != 0;

    public static bool IsLink(this Stat entry) => (entry.Mode & Types) == Link;

    /// <summary>A file whose content can be asked for; one with a <see cref="Stat.Linkname"/> is another name of a file that came before.</summary>
    public static bool IsFile(this Stat entry) => (entry.Mode & Types) == 0;

    /// <summary>A pipe or a socket, which has no content to keep.</summary>
    public static bool IsPassing(this Stat entry) => (entry.Mode & Types) is Pipe or Socket;

    private static uint Bit(int mode, int posix, uint bit) => (mode & posix) != 0 ? bit : 0;
}
