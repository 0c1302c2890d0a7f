using Google.Protobuf;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>What is known of files, as BuildKit's clients are told.</summary>
internal static class WireStat
{
    private const long Second = 1_000_000_000;

    /// <summary>Of an entry of a tree that is exported.</summary>
    public static Stat Of(TreeEntry entry) => With(entry.Xattrs, new Stat
    {
        Path = entry.Path, Mode = EntryMode.FromPosix(entry.Mode) | EntryMode.KindOf(entry.Type), Uid = (uint)entry.Uid, Gid = (uint)entry.Gid, Size = entry.Size,
        ModTime = entry.ModifiedSeconds * Second, Linkname = entry.Link ?? "", Devmajor = entry.DeviceMajor, Devminor = entry.DeviceMinor,
    });

    /// <summary>Of a file of a result.</summary>
    public static Stat Of(FileStat file) => With(file.Xattrs, new Stat
    {
        Path = file.Name, Mode = EntryMode.FromPosix(file.Mode) | EntryMode.KindOf(file.Type), Uid = (uint)file.Uid, Gid = (uint)file.Gid, Size = file.Size,
        ModTime = file.ModifiedSeconds * Second + file.ModifiedNanoseconds, Linkname = file.LinkName ?? "", Devmajor = file.DeviceMajor, Devminor = file.DeviceMinor,
    });

    /// <summary>Of a file of a container.</summary>
    public static Stat Of(ContainerFile file) => With(file.Attributes, new Stat
    {
        Path = file.Name, Mode = EntryMode.FromPosix((int)file.Mode) | EntryMode.KindOf(file.Mode), Uid = file.Uid, Gid = file.Gid, Size = file.Size,
        ModTime = file.Modified.Seconds * Second + file.Modified.Nanoseconds, Linkname = file.Link, Devmajor = file.NodeMajor, Devminor = file.NodeMinor,
    });

    private static Stat With(IReadOnlyDictionary<string, byte[]>? attributes, Stat stat)
    {
        foreach (var (key, value) in attributes ?? new Dictionary<string, byte[]>()) stat.Xattrs[key] = ByteString.CopyFrom(value);
        return stat;
    }
}
