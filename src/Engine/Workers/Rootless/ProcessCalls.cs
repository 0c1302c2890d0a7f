using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The system calls about processes that .NET does not offer.</summary>
internal static partial class ProcessCalls
{
    private const int NewNetwork = 0x40000000, BrokenPipeSignal = 13, PidfdOpen = 434, PidfdSendSignal = 424, PidfdGetfd = 438, GetTerminalSize = 0x5413;

    /// <summary>Puts the calling thread, and no other, into a new network namespace.</summary>
    public static void UnshareNetwork()
    {
        if (unshare(NewNetwork) != 0) throw Kernel.Error("a network namespace");
    }

    /// <summary>Opens a process, so that what is done to it is done to no other that got its number; <c>null</c> when it is gone.</summary>
    public static SafeFileHandle? Open(int id)
    {
        var descriptor = pidfd_open(PidfdOpen, id, 0);
        return descriptor < 0 ? null : new SafeFileHandle((nint)descriptor, ownsHandle: true);
    }

    public static void Signal(SafeFileHandle process, int number) => _ = pidfd_send_signal(PidfdSendSignal, process, number, 0, 0);

    /// <summary>A descriptor of another process as one of ours too; <c>null</c> when it is gone or the kernel gives it to nobody.</summary>
    public static SafeFileHandle? Borrow(SafeFileHandle process, int descriptor)
    {
        var borrowed = pidfd_getfd(PidfdGetfd, process, descriptor, 0);
        return borrowed < 0 ? null : new SafeFileHandle((nint)borrowed, ownsHandle: true);
    }

    /// <summary>Handles SIGPIPE by doing nothing, which is to us as if it were ignored, but not to programs that are started. The framework's
    /// PosixSignalRegistration leaves this signal ignored.</summary>
    public static bool HandleBrokenPipe()
    {
        // A function of C that takes a number and touches nothing: managed code cannot be a handler.
        var nothing = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abs");
        return signal(BrokenPipeSignal, nothing) != -1;
    }

    /// <summary>The size of the terminal that is this process's input; 0 where it has none.</summary>
    public static TerminalSize ReadTerminalSize()
    {
        var size = new ushort[4];
        return ioctl(0, GetTerminalSize, size) == 0 ? new TerminalSize(size[0], size[1]) : default;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, [Out] ushort[] size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint signal(int number, nint handler);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long pidfd_open(long number, long id, long flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long pidfd_send_signal(long number, SafeFileHandle process, long signal, nint info, long flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long pidfd_getfd(long number, SafeFileHandle process, long descriptor, long flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unshare(int flags);
}
