using Google.Protobuf;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
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
}
