using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>The system calls of Linux that file trees need, as they are on x64 and arm64.</summary>
/// <remarks>What fails returns a negative number and leaves the reason in <see cref="LastError"/>; <see cref="RootedTree"/> and
/// <see cref="OverlayMount"/> make errors of it. Paths are UTF-8, and end with a zero byte.</remarks>
internal static partial class Kernel
{
    public const int WriteOnly = 1, Create = 0x40, Exclusive = 0x80, Truncate = 0x200, NoWaiting = 0x800, CloseOnExec = 0x80000, PathOnly = 0x200000;
    public const int NoFollow = 0x100, RemoveDirectory = 0x200, EmptyPath = 0x1000, CurrentDirectory = -100;
    public const ulong Bind = 4096, ReadOnly = 1, NoSetUser = 2, NoDevices = 4;
    public const int Detach = 2;
    /// <summary>FICLONE of linux/fs.h: a file shares its blocks with another until one of them is written to.</summary>
    public const nuint ShareBlocks = 0x40049409;

    public const ulong NoCrossing = 1, NoMagicLinks = 2, NoLinks = 4, InRoot = 0x10;

    public const int NotPermitted = 1, NotThere = 2, Interrupted = 4, TryAgain = 11, NoAccess = 13, Busy = 16, Exists = 17, OtherDevice = 18, NoDirectory = 20,
        IsDirectory = 21, Invalid = 22, NoSpace = 28, TooLong = 36, NotEmpty = 39, TooManyLinks = 40, NoData = 61, NotSupported = 95, NoQuota = 122;

    public const int TypeMask = 0xF000, Socket = 0xC000, Link = 0xA000, File = 0x8000, BlockDevice = 0x6000, Directory = 0x4000, CharacterDevice = 0x2000, Fifo = 0x1000;

    private const int OpenAt2 = 437, SetMountAttributes = 442, ExchangeNames = 2;

    /// <summary>Only directories open. The numbers of these two differ between processors.</summary>
    public static int OnlyDirectory { get; } = IsArm ? 0x4000 : 0x10000;

    /// <summary>A link as the last component does not open.</summary>
    public static int NoLink { get; } = IsArm ? 0x8000 : 0x20000;

    public static int LastError => Marshal.GetLastPInvokeError();

    private static bool IsArm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    private static long EntriesCall { get; } = IsArm ? 61 : 217;

    /// <summary>openat2(2); a rename elsewhere makes the kernel ask for another try.</summary>
    public static int OpenIn(int directory, string path, int flags, ulong resolve, int mode = 0) =>
        OpenIn(directory, Encoding.UTF8.GetBytes(path + '\0'), flags, resolve, mode);

    /// <summary>openat2(2) for a path that need not be text.</summary>
    public static int OpenIn(int directory, byte[] path, int flags, ulong resolve, int mode = 0)
    {
        var how = new HowToOpen { Flags = (ulong)(flags | CloseOnExec), Mode = (ulong)mode, Resolve = resolve };
        for (var tries = 0; ; tries++)
        {
            var opened = (int)syscall(OpenAt2, directory, path, in how, Marshal.SizeOf<HowToOpen>());
            if (opened >= 0 || LastError is not (TryAgain or Interrupted) || tries > 100_000) return opened;
            if (tries > 100) Thread.Yield();
        }
    }

    /// <summary>What is known of a name, which is not followed when it is a link; of the directory itself for an empty name.</summary>
    public static int Status(int directory, string name, out FileStatus status)
    {
        var found = Posix.TryRead(directory, name, NoFollow | EmptyPath, out var file);
        status = new FileStatus(
            file.Mode, file.Uid, file.Gid, (long)file.Size, file.ModifiedSeconds, file.ModifiedNanoseconds, file.Device, file.Inode, file.Links, file.NodeMajor, file.NodeMinor)
        {
            Changed = (file.ChangedSeconds, file.ChangedNanoseconds), Born = (file.BornSeconds, file.BornNanoseconds),
        };
        return found ? 0 : -1;
    }

    /// <summary>The next names of a directory, each with its zero, without <c>.</c> and <c>..</c>; negative when that failed, 0 at the end.</summary>
    public static int ReadNames(int directory, byte[] buffer, List<byte[]> names)
    {
        var length = (int)syscall(EntriesCall, directory, buffer, buffer.Length);
        for (var start = 0; start < length;)
        {
            // struct linux_dirent64: number, offset, length, type, name.
            var record = buffer.AsSpan(start, BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(start + 16)));
            var name = record[19..];
            name = name[..(name.IndexOf((byte)0) + 1)];
            if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8)) names.Add(name.ToArray());
            start += record.Length;
        }
        return length;
    }

    /// <summary>Where a handle is, by its path; <c>null</c> when that is longer than the kernel says.</summary>
    public static string? PathOf(SafeFileHandle handle)
    {
        var buffer = new byte[4096];
        var length = (int)readlink(PathTo(handle), buffer, buffer.Length);
        return length <= 0 || length == buffer.Length ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }

    /// <summary>A path that leads to what the handle is of, wherever that has moved.</summary>
    public static string PathTo(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    /// <summary>Adds to what a mount forbids (mount_setattr(2)); what it forbids already stays, where a remount would have to repeat it.</summary>
    public static int Restrict(string mount, ulong forbidden)
    {
        var attributes = new MountAttributes { Set = forbidden };
        return (int)syscall(SetMountAttributes, CurrentDirectory, mount, 0, in attributes, Marshal.SizeOf<MountAttributes>());
    }

    /// <summary>Has two names of one file system change places at once (renameat2(2)).</summary>
    public static int Exchange(string one, string other) =>
        (int)syscall(IsArm ? 276 : 316, CurrentDirectory, Encoding.UTF8.GetBytes(one + '\0'), CurrentDirectory, Encoding.UTF8.GetBytes(other + '\0'), ExchangeNames);

    /// <summary>The last error, or the one of a number, as the framework's: the number is its <see cref="Exception.HResult"/>.</summary>
    public static IOException Error(string what, int? number = null)
    {
        var error = number ?? LastError;
        return new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{what}'", error);
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int descriptor, nuint request, nint argument);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mkdirat(int directory, string name, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int symlinkat(string target, int directory, string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int linkat(int oldDirectory, string oldName, int newDirectory, string newName, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mknodat(int directory, string name, int mode, ulong device);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int unlinkat(int directory, string name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int unlinkat(int directory, byte[] name, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int renameat(int oldDirectory, byte[] oldName, int newDirectory, byte[] newName);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchown(int descriptor, uint uid, uint gid);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmod(int descriptor, int mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int futimens(int descriptor, TimeOfFile[] times);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(int descriptor, ReadOnlySpan<byte> bytes, nint length, long offset);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int fchownat(int directory, string name, uint uid, uint gid, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chmod(string path, int mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int utimensat(int directory, string name, TimeOfFile[]? times, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint readlinkat(int directory, string name, byte[] buffer, nint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int lsetxattr(string path, string name, byte[] value, nint length, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint lgetxattr(string path, string name, byte[]? value, nint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint llistxattr(string path, byte[]? names, nint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int lremovexattr(string path, string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mount(string source, string target, string? type, ulong flags, string? data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int umount2(string target, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint readlink(string path, byte[] buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, nint directory, byte[] path, in HowToOpen how, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, nint directory, [Out] byte[] buffer, nint length);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint syscall(long number, nint directory, string path, nint flags, in MountAttributes attributes, nint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(long number, nint oldDirectory, byte[] oldPath, nint newDirectory, byte[] newPath, nint flags);

    /// <summary>struct timespec where a long has 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeOfFile
    {
        public long Seconds;
        public long Nanoseconds;

        /// <summary>Leaves a time as it is.</summary>
        public static TimeOfFile AsItIs => new() { Nanoseconds = 0x3ffffffe };
    }

    // struct open_how
    [StructLayout(LayoutKind.Sequential)]
    private struct HowToOpen
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    // struct mount_attr
    [StructLayout(LayoutKind.Sequential)]
    private struct MountAttributes
    {
        public ulong Set;
        public ulong Clear;
        public ulong Propagation;
        public ulong UserNamespace;
    }
}
