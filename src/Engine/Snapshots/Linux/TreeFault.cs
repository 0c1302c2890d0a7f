using System.ComponentModel;
using System.Runtime.InteropServices;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What is said when the system refuses something in a file tree.</summary>
internal static class TreeFault
{
    private const int NoSpaceResult = Kernel.NoSpace;

    /// <summary>The error for the last system call, or for <paramref name="cause"/>.</summary>
    /// <param name="path">What it was about.</param>
    /// <param name="done">What could not be done, as in 'cannot be made'.</param>
    /// <param name="cause">An error of the framework.</param>
    public static SnapshotException Of(string path, string done, IOException? cause = null)
    {
        var number = cause?.HResult ?? Kernel.LastError;
        var reason = cause?.Message.TrimEnd('.') ?? Marshal.GetPInvokeErrorMessage(number);
        if (number is NoSpaceResult or Kernel.NoQuota)
            return new(SnapshotException.CannotChangeTree, ErrorKind.Unavailable, $"'{path}' cannot be {done}: the disk is full. Free space with 'msbuildkit prune', or set ContainerCacheDirectory to another disk.", cause);
        if (number is Kernel.NotThere or Kernel.NoDirectory or Kernel.TooManyLinks or Kernel.TooLong or Kernel.Exists or Kernel.IsDirectory)
            return new(SnapshotException.NoSuchPath, ErrorKind.NotFound, $"'{path}' cannot be {done}: {reason}. Check the path, and what the steps before leave there.", cause);
        return new(SnapshotException.CannotChangeTree, ErrorKind.FailedPrecondition, $"'{path}' cannot be {done}: {reason}. Check who owns the folder of the cache and what its file system allows.", (Exception?)cause ?? new Win32Exception(number));
    }

    public static SnapshotException NotThere(string path) => new(SnapshotException.NoSuchPath, ErrorKind.NotFound, $"\"/{path}\": not found (/{path}: no such file or directory). Check the path, and what the steps before leave there.");

    public static SnapshotException NoDirectory(string path) => new(SnapshotException.NoSuchPath, ErrorKind.FailedPrecondition, $"'/{path}' has to be a directory and is none. Check what the steps before leave there.");

    public static SnapshotException Circle(string path) => new(SnapshotException.NoSuchPath, ErrorKind.Invalid, $"'/{path}' is a link that leads back to itself. Check what the steps before leave there.");

    /// <summary>An owner that the user namespace has no number for.</summary>
    public static SnapshotException OwnerOutside(string path, uint uid, uint gid) => new(SnapshotException.OwnerOutside, ErrorKind.FailedPrecondition,
        $"'/{path}' belongs to {uid}:{gid} on disk, which is more than the numbers that you may use. Give yourself more of them in /etc/subuid and /etc/subgid, at least as many as the image's largest owner.");
}
