using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The system calls of Linux that steps need and .NET does not offer. Failures are <see cref="IOException"/>s with the error number as
/// <see cref="Exception.HResult"/>.</summary>
internal static partial class Kernel
{
    public const int PathOnly = 0x200000, CloseOnExec = 0x80000, NoWaiting = 0x800, Create = 0x40, Exclusive = 0x80, WriteOnly = 1;
    // Two flags of open(2) have other values on arm64.
    public static readonly int NotFollowed = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
    public static readonly int Directory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    public const int NoEntry = 2, Exists = 17, NotADirectory = 20;
    public const ushort TypeMask = 0xF000, DirectoryType = 0x4000, FileType = 0x8000, LinkType = 0xA000;
    public const ulong InRoot = 0x10, NoMagicLinks = 0x02;
    public const int NewNetwork = 0x40000000, KillSignal = 9, BrokenPipeSignal = 13;

    private const int OpenAt2 = 437, MountSetAttr = 442, CurrentDirectory = -100, PidfdOpen = 434, PidfdSendSignal = 424;
    private const int EmptyPath = 0x1000, Bind = 0x1000, Detach = 2;
    private const ulong ReadOnly = 1, NoSetUser = 2, NoDevices = 4;
    private const uint BasicStats = 0x7ff;

    /// <summary>openat2(2); <c>null</c> when there is nothing at the path.</summary>
    public static SafeFileHandle? OpenBelow(SafeFileHandle directory, string path, int flags, ulong resolve, out int error)
    {
        var how = new OpenHow { Flags = (ulong)(flags | CloseOnExec), Resolve = resolve };
        var descriptor = openat2(OpenAt2, directory, path, ref how, (nuint)Marshal.SizeOf<OpenHow>());
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle((nint)descriptor, ownsHandle: true);
    }

    /// <summary>open(2) of a path that is ours.</summary>
    public static SafeFileHandle Open(string path, int flags)
    {
        var descriptor = open(path, flags | CloseOnExec);
        return descriptor < 0 ? throw Error(path) : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Type and permissions, and size, of what a handle is open on.</summary>
    public static (ushort Mode, long Size) Stat(SafeFileHandle handle)
    {
        if (statx(handle, "", EmptyPath, BasicStats, out var found) != 0) throw Error("a handle");
        return (found.Mode, (long)found.Size);
    }

    /// <summary>Where a link leads that a handle is open on.</summary>
    public static string ReadLink(SafeFileHandle link)
    {
        Span<byte> target = stackalloc byte[4096];
        var length = readlinkat(link, "", target, (nuint)target.Length);
        return length < 0 ? throw Error("a link") : Encoding.UTF8.GetString(target[..(int)length]);
    }

    /// <summary>mkdirat(2); false when the name is taken.</summary>
    public static bool TryMakeDirectory(SafeFileHandle parent, string name, int mode)
    {
        if (mkdirat(parent, name, (uint)mode) == 0) return true;
        return Marshal.GetLastPInvokeError() == Exists ? false : throw Error(name);
    }

    /// <summary>Makes an empty file; false when the name is taken.</summary>
    public static bool TryMakeFile(SafeFileHandle parent, string name, int mode)
    {
        var descriptor = openat(parent, name, WriteOnly | Create | Exclusive | NotFollowed | CloseOnExec, (uint)mode);
        if (descriptor < 0) return Marshal.GetLastPInvokeError() == Exists ? false : throw Error(name);
        new SafeFileHandle(descriptor, ownsHandle: true).Dispose();
        return true;
    }

    /// <summary>fchownat(2) without following a link.</summary>
    public static void Own(SafeFileHandle parent, string name, int uid, int gid)
    {
        if (fchownat(parent, name, (uint)uid, (uint)gid, 0x100) != 0) throw Error(name);
    }

    /// <summary>chown(2) of a path that is ours.</summary>
    public static void Own(string path, int uid, int gid)
    {
        if (lchown(path, (uint)uid, (uint)gid) != 0) throw Error(path);
    }

    /// <summary>Removes a name: an empty directory or a file.</summary>
    public static bool TryRemove(SafeFileHandle parent, string name, bool directory) => unlinkat(parent, name, directory ? 0x200 : 0) == 0;

    /// <summary>Puts the calling thread, and no other, into a new network namespace.</summary>
    public static void UnshareNetwork()
    {
        if (unshare(NewNetwork) != 0) throw Error("a network namespace");
    }

    /// <summary>Shows <paramref name="source"/> at <paramref name="target"/> as well.</summary>
    public static void BindMount(string source, string target)
    {
        if (mount(source, target, null, Bind, 0) != 0) throw Error(target);
    }

    /// <summary>Adds to what a mount forbids (mount_setattr(2)); what it forbids already stays, where a remount would have to repeat it.</summary>
    public static void Restrict(string mountPoint, bool readOnly)
    {
        var attributes = new MountAttributes { Set = NoSetUser | NoDevices | (readOnly ? ReadOnly : 0) };
        if (mount_setattr(MountSetAttr, CurrentDirectory, mountPoint, 0, ref attributes, Marshal.SizeOf<MountAttributes>()) != 0) throw Error(mountPoint);
    }

    public static void Unmount(string target) => _ = umount2(target, Detach);

    /// <summary>Opens a process, so that what is done to it is done to no other that got its number; <c>null</c> when it is gone.</summary>
    public static SafeFileHandle? OpenProcess(int id)
    {
        var descriptor = pidfd_open(PidfdOpen, id, 0);
        return descriptor < 0 ? null : new SafeFileHandle((nint)descriptor, ownsHandle: true);
    }

    public static void Kill(SafeFileHandle process) => _ = pidfd_send_signal(PidfdSendSignal, process, KillSignal, 0, 0);

    /// <summary>Handles SIGPIPE by doing nothing, which is to us as if it were ignored, but not to programs that are started.</summary>
    public static bool HandleBrokenPipe()
    {
        // A function of C that takes a number and touches nothing: managed code cannot be a handler.
        var nothing = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abs");
        return signal(BrokenPipeSignal, nothing) != -1;
    }

    public static IOException Error(string what, int? number = null)
    {
        var error = number ?? Marshal.GetLastPInvokeError();
        return new IOException($"{Marshal.GetPInvokeErrorMessage(error)}: '{what}'", error);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long openat2(long number, SafeFileHandle directory, string path, ref OpenHow how, nuint size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long mount_setattr(long number, long directory, string path, long flags, ref MountAttributes attributes, long size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long pidfd_open(long number, long id, long flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long pidfd_send_signal(long number, SafeFileHandle process, long signal, nint info, long flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int openat(SafeFileHandle directory, string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkdirat(SafeFileHandle directory, string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int unlinkat(SafeFileHandle directory, string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int fchownat(SafeFileHandle directory, string path, uint uid, uint gid, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint uid, uint gid);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(SafeFileHandle directory, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint readlinkat(SafeFileHandle directory, string path, Span<byte> target, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint signal(int number, nint handler);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mount(string source, string target, string? type, ulong flags, nint data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int umount2(string target, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MountAttributes
    {
        public ulong Set;
        public ulong Clear;
        public ulong Propagation;
        public ulong UserNamespace;
    }

    // struct statx of linux/stat.h, the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(40)] public ulong Size;
    }
}
