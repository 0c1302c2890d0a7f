using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Sessions;

/// <summary>What the file system says of a file without reading it. Two equal stamps mean the same content, unless the second was taken so
/// soon after a change that the clock had not moved on.</summary>
public readonly record struct FileStamp(ulong Device, ulong Inode, long Size, long ModifiedNanoseconds, long ChangedNanoseconds)
{
    /// <summary>How much later than a change a stamp must be taken to tell it from the next change. The kernel stamps files with a clock that
    /// ticks every few milliseconds; elsewhere file times can be as coarse as two seconds.</summary>
    private static readonly TimeSpan s_settlesAfter = OperatingSystem.IsLinux() ? TimeSpan.FromMilliseconds(25) : TimeSpan.FromSeconds(3);

    private const ushort TypeMask = 0xF000, RegularFile = 0x8000;

    /// <summary>Takes the stamp of a regular file, following links; throws MBK1801 when it is not there and MBK1802 when it is something else.</summary>
    public static FileStamp Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return OfPortable(path);
        if (!Posix.TryRead(path, out var file)) throw NotThere(path);
        if ((file.Mode & TypeMask) != RegularFile)
            throw new SessionException(SessionException.NotAFile, ErrorKind.Invalid, $"'{path}' is not a regular file. Leave it out of the image, or publish a file in its place.");
        return Of(file);
    }

    /// <summary>The stamp of what the system told of a file.</summary>
    internal static FileStamp Of(in FileRecord file) => new(
        file.Device, file.Inode, (long)file.Size,
        file.ModifiedSeconds * 1_000_000_000 + file.ModifiedNanoseconds, file.ChangedSeconds * 1_000_000_000 + file.ChangedNanoseconds);

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    internal static FileStamp ReadFrom(BinaryReader reader) =>
        new(reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());

    /// <summary>Writes it, to be remembered.</summary>
    internal void WriteTo(BinaryWriter writer)
    {
        writer.Write(Device);
        writer.Write(Inode);
        writer.Write(Size);
        writer.Write(ModifiedNanoseconds);
        writer.Write(ChangedNanoseconds);
    }

    /// <summary>Whether the last change lies so far before <paramref name="now"/> (nanoseconds since 1970) that another would show.</summary>
    public bool IsSettled(long now) => ChangedNanoseconds < now - (long)s_settlesAfter.TotalNanoseconds;

    private static FileStamp OfPortable(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw NotThere(path);
        var modified = (file.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100;
        return new FileStamp(0, 0, file.Length, modified, modified);
    }

    private static SessionException NotThere(string path) => new(SessionException.FileNotThere, ErrorKind.NotFound,
        $"'{path}' is not there, though the publish output lists it. Publish again; if it stays so, a target deletes it too early.");
}
