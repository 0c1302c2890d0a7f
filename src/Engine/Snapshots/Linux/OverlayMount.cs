using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Directories mounted on one another as one tree, with what is written going to the top one; needs a user and a mount namespace.</summary>
/// <remarks>
/// Options fill a page at most, so directories are named by handles, whose names are short: several hundred layers fit. The overlay does not
/// wait for the disk (<c>volatile</c>): what is to be kept is made durable when it is kept, and what is not never has to be. Throws MBK1508.
/// </remarks>
public sealed class OverlayMount : IDisposable
{
    private const int NoFollow = 8, LongestOptions = 4095, BusyTries = 50;
    private bool _isMounted = true;

    private OverlayMount(string target) => Target = target;

    /// <summary>Where the tree is.</summary>
    public string Target { get; }

    /// <summary>Mounts a tree that is not written to.</summary>
    /// <param name="target">An absolute path of a directory.</param>
    /// <param name="lowers">The directories from the top down, at least one.</param>
    public static OverlayMount ReadOnly(string target, IReadOnlyList<string> lowers)
    {
        if (lowers.Count > 1) return Overlay(target, lowers, "ro");
        // An overlay without an upper directory wants two others.
        Check(Kernel.mount(lowers[0], target, null, Kernel.Bind, null), target);
        var mount = new OverlayMount(target);
        try
        {
            Check(Kernel.Restrict(target, Kernel.ReadOnly), target);
            return mount;
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    /// <summary>Mounts a tree that is written to.</summary>
    /// <param name="target">An absolute path of a directory.</param>
    /// <param name="lowers">The directories from the top down; the last may be one of mere mount points, which never get into the upper
    /// directory. None means that the upper directory itself is mounted.</param>
    /// <param name="upper">Gets what is written.</param>
    /// <param name="work">An empty directory beside it.</param>
    public static OverlayMount Writable(string target, IReadOnlyList<string> lowers, string upper, string work)
    {
        if (lowers.Count > 0)
        {
            // Whoever mounted it before has ended well, or the draft would be gone with him: the kernel's mark against the other case goes.
            using (var tree = RootedTree.Open(work)) tree.RemoveTree("work/incompat");
            return Overlay(target, lowers, "volatile", upper, work);
        }
        Check(Kernel.mount(upper, target, null, Kernel.Bind, null), target);
        return new OverlayMount(target);
    }

    /// <summary>Unmounts, which fails with MBK1508 while something is in use.</summary>
    public void Unmount()
    {
        if (!_isMounted) return;
        for (var tries = 0; Kernel.umount2(Target, NoFollow) != 0; tries++)
        {
            // Who just ended may still be on its way out.
            if (Kernel.LastError != Kernel.Busy || tries == BusyTries) throw Fault(Target, "unmounted");
            Thread.Sleep(tries);
        }
        _isMounted = false;
    }

    /// <summary>Takes the tree away even when something is in use, which then keeps what it has open.</summary>
    public void Dispose()
    {
        if (_isMounted) _ = Kernel.umount2(Target, NoFollow | Kernel.Detach);
        _isMounted = false;
    }

    private static OverlayMount Overlay(string target, IReadOnlyList<string> lowers, string mode, string? upper = null, string? work = null)
    {
        var handles = new List<SafeFileHandle>();
        try
        {
            var options = new StringBuilder("userxattr,").Append(mode == "ro" ? "" : mode + ",").Append("lowerdir=");
            options.AppendJoin(':', lowers.Select(l => Open(l, handles)));
            if (upper is not null && work is not null) options.Append(",upperdir=").Append(Open(upper, handles)).Append(",workdir=").Append(Open(work, handles));
            if (options.Length > LongestOptions)
                throw new SnapshotException(SnapshotException.CannotMount, ErrorKind.NotSupported, $"{lowers.Count} layers are more than can be mounted on one another. Use a base image with fewer layers.");
            Check(Kernel.mount("overlay", target, "overlay", 0, options.ToString()), target);
            return new OverlayMount(target);
        }
        finally
        {
            foreach (var handle in handles) handle.Dispose();
        }
    }

    private static string Open(string path, List<SafeFileHandle> handles)
    {
        var opened = Kernel.OpenIn(Kernel.CurrentDirectory, path, Kernel.PathOnly | Kernel.OnlyDirectory, 0);
        if (opened < 0) throw Fault(path, "mounted");
        handles.Add(new SafeFileHandle(opened, ownsHandle: true));
        return Kernel.PathTo(handles[^1]);
    }

    private static void Check(int result, string target)
    {
        if (result != 0) throw Fault(target, "mounted");
    }

    private static SnapshotException Fault(string path, string done)
    {
        var number = Kernel.LastError;
        return new(SnapshotException.CannotMount, ErrorKind.FailedPrecondition,
            $"'{path}' cannot be {done}: {Marshal.GetPInvokeErrorMessage(number)}. That takes Linux 5.12 or newer, user namespaces, and a file system with user extended attributes.", new Win32Exception(number));
    }
}
