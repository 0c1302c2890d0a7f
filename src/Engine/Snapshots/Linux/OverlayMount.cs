using System.Text;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Directories mounted on one another as one tree, with what is written going to the top one; needs a user and a mount namespace.</summary>
/// <remarks>
/// Options fill a page at most, so directories are named by handles, whose names are short: several hundred layers fit. The overlay does not
/// wait for the disk (<c>volatile</c>): what is to be kept is made durable when it is kept, and what is not never has to be. Throws MBK1508.
/// </remarks>
public sealed class OverlayMount : ITreeMount
{
    private const int LongestOptions = 4095;

    private readonly MountPlace _place;

    private OverlayMount(string target) => _place = new MountPlace(target);

    /// <inheritdoc />
    public string Target => _place.Target;

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

    /// <inheritdoc />
    public void Unmount() => _place.Unmount();

    /// <inheritdoc />
    public void Dispose() => _place.Dispose();

    private static OverlayMount Overlay(string target, IReadOnlyList<string> lowers, string mode, string? upper = null, string? work = null)
    {
        using var handles = new MountHandles();
        var options = new StringBuilder("userxattr,").Append(mode == "ro" ? "" : mode + ",").Append("lowerdir=");
        options.AppendJoin(':', lowers.Select(handles.Open));
        if (upper is not null && work is not null) options.Append(",upperdir=").Append(handles.Open(upper)).Append(",workdir=").Append(handles.Open(work));
        if (options.Length > LongestOptions)
            throw new SnapshotException(SnapshotException.CannotMount, ErrorKind.NotSupported, $"{lowers.Count} layers are more than can be mounted on one another. Use a base image with fewer layers.");
        Check(Kernel.mount("overlay", target, "overlay", 0, options.ToString()), target);
        return new OverlayMount(target);
    }

    private static void Check(int result, string target)
    {
        if (result != 0) throw MountPlace.Fault(target, "mounted");
    }
}
