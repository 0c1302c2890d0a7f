using Google.Protobuf;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>What is known of a file, as frontends are told.</summary>
internal static class FileStats
{
    private const long Second = 1_000_000_000;

    public static Stat Write(FileStat file)
    {
        var stat = new Stat
        {
            Path = file.Name,
            Mode = EntryMode.FromPosix(file.Mode) | EntryMode.KindOf(file.Type),
            Uid = (uint)file.Uid,
            Gid = (uint)file.Gid,
            Size = file.Size,
            ModTime = file.ModifiedSeconds * Second,
            Linkname = file.LinkName ?? "",
            Devmajor = file.DeviceMajor,
            Devminor = file.DeviceMinor,
        };
        foreach (var (key, value) in file.Xattrs ?? new Dictionary<string, byte[]>()) stat.Xattrs[key] = ByteString.CopyFrom(value);
        return stat;
    }

    public static Stat Write(ContainerFile file)
    {
        var stat = new Stat
        {
            Path = file.Name,
            Mode = EntryMode.FromPosix((int)file.Mode) | EntryMode.KindOf(file.Mode),
            Uid = file.Uid,
            Gid = file.Gid,
            Size = file.Size,
            ModTime = file.Modified.Seconds * Second + file.Modified.Nanoseconds,
            Linkname = file.Link,
            Devmajor = file.NodeMajor,
            Devminor = file.NodeMinor,
        };
        foreach (var (key, value) in file.Attributes) stat.Xattrs[key] = ByteString.CopyFrom(value);
        return stat;
    }
}
