using System.Text;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>What is known of a file of a result.</summary>
/// <param name="Name">Its own name, without what is above it; <c>/</c> for the root.</param>
/// <param name="Type">What it is, a second name counting as what it is a name of: never <see cref="TreeEntryType.HardLink"/>.</param>
public sealed record FileStat(string Name, TreeEntryType Type)
{
    private const long Second = 1_000_000_000;

    /// <summary>Permission bits with setuid, setgid and sticky, 0 to 0o7777.</summary>
    public required int Mode { get; init; }

    public int Uid { get; init; }

    public int Gid { get; init; }

    /// <summary>Bytes of content; of a symbolic link, of where it leads.</summary>
    public long Size { get; init; }

    /// <summary>Modification time in whole seconds of the Unix epoch.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>What is to be added to <see cref="ModifiedSeconds"/>: fewer nanoseconds than a second has.</summary>
    public int ModifiedNanoseconds { get; init; }

    /// <summary>Where a symbolic link leads, as written; or, in a listing, the name that the same file has earlier in it.</summary>
    public string? LinkName { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes by full name; <c>null</c> when there are none.</summary>
    public IReadOnlyDictionary<string, byte[]>? Xattrs { get; init; }

    /// <summary>The same with another time, in nanoseconds of the Unix epoch.</summary>
    internal FileStat At(long nanoseconds)
    {
        var (seconds, rest) = Math.DivRem(nanoseconds, Second);
        return this with { ModifiedSeconds = rest < 0 ? seconds - 1 : seconds, ModifiedNanoseconds = (int)(rest < 0 ? rest + Second : rest) };
    }

    internal static FileStat Of(string name, TreeEntry entry) => new(name, entry.Type)
    {
        Mode = entry.Mode, Uid = entry.Uid, Gid = entry.Gid, ModifiedSeconds = entry.ModifiedSeconds, Xattrs = entry.Xattrs,
        Size = entry.Type == TreeEntryType.Symlink ? Encoding.UTF8.GetByteCount(entry.Link!) : entry.Size,
        LinkName = entry.Link, DeviceMajor = entry.DeviceMajor, DeviceMinor = entry.DeviceMinor,
    };
}
