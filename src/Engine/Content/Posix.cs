using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Content;

/// <summary>The few system calls that .NET does not offer.</summary>
internal static partial class Posix
{
    private const int ReadOnly = 0, NoWaiting = 0x800, CloseOnExec = 0x80000;
    private const int NotThere = 2, NotPermitted = 1, NoAccess = 13;
    private const int NotFollowed = 0x100;
    private const int WorthBeginning = 1 << 16;
    private const uint BeginOnly = 2;

    /// <summary>Stands for the current directory, which absolute paths do not ask for (AT_FDCWD).</summary>
    public const int CurrentDirectory = -100;

    // On arm64 the number that means this elsewhere means something else.
    private static readonly int s_directory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;
    private static readonly int s_noLink = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>Makes the names in a directory durable. Elsewhere than on Linux the file system is trusted to do so.</summary>
    public static void SyncDirectory(string path) => OnDirectory(path, fsync);

    /// <summary>Makes everything that was written to the file system of <paramref name="path"/> durable; false where that cannot be asked.</summary>
    public static bool TrySyncFileSystem(string path)
    {
        if (!OperatingSystem.IsLinux()) return false;
        OnDirectory(path, syncfs);
        return true;
    }

    /// <summary>Has a part of a file begin to be written to the disk, and does not wait: whoever makes it durable in the end has less to wait for. Of little it costs more to
    /// begin than it spares, so nothing happens then.</summary>
    public static void BeginWriting(SafeFileHandle file, long offset, long length)
    {
        if (OperatingSystem.IsLinux() && length >= WorthBeginning) _ = sync_file_range((int)file.DangerousGetHandle(), offset, length, BeginOnly);
    }

    /// <summary>How many more files the file system of <paramref name="path"/> has room for; <c>null</c> where it knows no limit or cannot be asked.</summary>
    public static long? FreeInodes(string path)
    {
        if (!OperatingSystem.IsLinux() || nint.Size != 8) return null;
        if (statvfs(path, out var found) != 0) throw Error(path);
        return found.Inodes == 0 ? null : (long)found.AvailableInodes;
    }

    /// <summary>Opens a file to read; a pipe that nobody writes to opens too, where it would else be waited for.</summary>
    public static SafeFileHandle OpenWithoutWaiting(string path)
    {
        var descriptor = open(path, ReadOnly | NoWaiting | CloseOnExec);
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        throw Marshal.GetLastPInvokeError() == NotThere ? new FileNotFoundException($"'{path}' is gone") : Error(path);
    }

    /// <summary>The same for what is no link itself.</summary>
    public static SafeFileHandle OpenWithoutFollowing(string path)
    {
        var descriptor = open(path, ReadOnly | NoWaiting | CloseOnExec | s_noLink);
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        throw Marshal.GetLastPInvokeError() is NotPermitted or NoAccess ? new UnauthorizedAccessException(Marshal.GetLastPInvokeErrorMessage()) : Error(path);
    }

    /// <summary>Which file a path is, its last link not followed, and how many names the file has; <c>null</c> where that cannot be asked.</summary>
    public static (ulong Device, ulong Inode, uint Links)? Identify(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        if (!TryRead(CurrentDirectory, path, NotFollowed, out var found)) throw Error(path);
        return (found.Device, found.Inode, found.Links);
    }

    /// <summary>Reads what is known of the file at an absolute path, links followed; false leaves the reason with the runtime.</summary>
    public static bool TryRead(string path, out FileRecord record) => TryRead(CurrentDirectory, path, 0, out record);

    /// <summary>The same for a path in an open directory, with the flags of statx(2).</summary>
    public static bool TryRead(int directory, string path, int flags, out FileRecord record) => statx(directory, path, flags, FileRecord.Basic, out record) == 0;

    private static void OnDirectory(string path, Func<int, int> call)
    {
        if (!OperatingSystem.IsLinux()) return;
        var descriptor = open(path, ReadOnly | s_directory | CloseOnExec);
        if (descriptor < 0) throw Error(path);
        try
        {
            if (call(descriptor) != 0) throw Error(path);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Error(string path) => new($"{Marshal.GetLastPInvokeErrorMessage()}: '{path}'", Marshal.GetLastPInvokeError());

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statvfs(string path, out FileSystemStatus status);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, out FileRecord found);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int syncfs(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sync_file_range(int descriptor, long offset, long length, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    // struct statvfs of sys/statvfs.h where a long has 64 bits, the same in every C library of Linux.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct FileSystemStatus
    {
        [FieldOffset(40)] public ulong Inodes;
        [FieldOffset(56)] public ulong AvailableInodes;
    }
}
