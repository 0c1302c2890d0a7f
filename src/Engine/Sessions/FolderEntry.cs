using System.Runtime.InteropServices;
using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Sessions;

/// <summary>What a name in a folder is.</summary>
internal enum FolderEntryKind
{
    File,
    Directory,
    Link,

    /// <summary>A socket or a pipe, which has no content to keep.</summary>
    Passing,

    Device,
}

/// <summary>A name in a folder, looked at without opening or following it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Permission bits with setuid, setgid and sticky; 0755 where the system has none.</param>
/// <param name="Stamp">Of a file.</param>
internal readonly record struct FolderEntry(FolderEntryKind Kind, int Mode, FileStamp Stamp)
{
    private const int NotThere = 2, NotADirectory = 20, NotFollowed = 0x100, OpenItself = 0x1000;
    private const int TypeMask = 0xF000, Regular = 0x8000, DirectoryType = 0x4000, LinkType = 0xA000, Socket = 0xC000, Pipe = 0x1000, DefaultMode = 0b111_101_101;

    /// <summary>What is at an absolute path; <c>null</c> when nothing is.</summary>
    public static FolderEntry? Find(string path)
    {
        if (!OperatingSystem.IsLinux()) return FindPortable(path);
        if (Posix.TryRead(Posix.CurrentDirectory, path, NotFollowed, out var record)) return Of(record);
        return Marshal.GetLastPInvokeError() is NotThere or NotADirectory ? null : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>What is open.</summary>
    public static FolderEntry Of(Microsoft.Win32.SafeHandles.SafeFileHandle open, string path)
    {
        if (!OperatingSystem.IsLinux()) return FindPortable(path) ?? throw new FileNotFoundException("it is gone");
        return Posix.TryRead((int)open.DangerousGetHandle(), "", OpenItself, out var record) ? Of(record) : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    private static FolderEntry Of(in FileRecord record)
    {
        var kind = (record.Mode & TypeMask) switch
        {
            Regular => FolderEntryKind.File,
            DirectoryType => FolderEntryKind.Directory,
            LinkType => FolderEntryKind.Link,
            Socket or Pipe => FolderEntryKind.Passing,
            _ => FolderEntryKind.Device,
        };
        return new FolderEntry(kind, record.Mode & 0xFFF, FileStamp.Of(record));
    }

    private static FolderEntry? FindPortable(string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is not null) return new FolderEntry(FolderEntryKind.Link, DefaultMode, default);
        var mode = OperatingSystem.IsWindows() ? DefaultMode : (int)file.UnixFileMode;
        if (Directory.Exists(path)) return new FolderEntry(FolderEntryKind.Directory, mode, default);
        return file.Exists ? new FolderEntry(FolderEntryKind.File, mode, FileStamp.Of(path)) : null;
    }
}
