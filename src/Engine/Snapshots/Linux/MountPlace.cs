using System.ComponentModel;
using System.Runtime.InteropServices;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A directory that something is mounted on, until it is unmounted.</summary>
internal sealed class MountPlace(string target) : IDisposable
{
    private const int NoFollow = 8, BusyTries = 50;

    /// <summary>The directory.</summary>
    public string Target => target;

    /// <summary>Something is.</summary>
    public bool IsMounted { get; private set; } = true;

    /// <summary>Unmounts, which fails with MBK1508 while something is in use.</summary>
    public void Unmount()
    {
        if (!IsMounted) return;
        for (var tries = 0; Kernel.umount2(target, NoFollow) != 0; tries++)
        {
            // Who just ended may still be on its way out.
            if (Kernel.LastError != Kernel.Busy || tries == BusyTries) throw Fault(target, "unmounted");
            Thread.Sleep(tries);
        }
        IsMounted = false;
    }

    /// <summary>Takes the tree away even when something is in use, which then keeps what it has open.</summary>
    public void Dispose()
    {
        if (IsMounted) _ = Kernel.umount2(target, NoFollow | Kernel.Detach);
        IsMounted = false;
    }

    /// <summary>The error for the last system call.</summary>
    public static SnapshotException Fault(string path, string done)
    {
        var number = Kernel.LastError;
        return new(SnapshotException.CannotMount, ErrorKind.FailedPrecondition,
            $"'{path}' cannot be {done}: {Marshal.GetPInvokeErrorMessage(number)}. That takes Linux 5.12 or newer, user namespaces, and a file system with user extended attributes.", new Win32Exception(number));
    }
}
