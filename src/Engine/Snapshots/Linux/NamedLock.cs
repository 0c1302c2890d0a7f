using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Locks on files that others may remove or move away: a lock counts only while its file still has its name.</summary>
internal static class NamedLock
{
    /// <summary>Takes a file for nobody else; <c>null</c> when it is not there, or somebody holds it, or it just goes.</summary>
    public static SafeFileHandle? TryTake(string path, FileMode mode) => IfNamed(Try(() => FileLock.TryTake(path, mode), path), path);

    /// <summary>Holds a file together with others; <c>null</c> as above.</summary>
    public static SafeFileHandle? TryShare(string path) => IfNamed(Try(() => FileLock.TryShare(path, FileMode.Open), path), path);

    private static SafeFileHandle? Try(Func<SafeFileHandle?> open, string path)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || (e is IOException && File.Exists(path)))
        {
            return null;
        }
    }

    private static SafeFileHandle? IfNamed(SafeFileHandle? held, string path)
    {
        if (held is null) return null;
        if (Kernel.Status(RootedTree.Number(held), "", out var own) == 0 && Kernel.Status(Kernel.CurrentDirectory, path, out var named) == 0 && own.IsSameFile(named)) return held;
        held.Dispose();
        return null;
    }
}
