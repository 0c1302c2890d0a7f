using System.Globalization;
using System.Runtime.Versioning;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A file system in memory that only the worker's own mount namespace has: gone with it, whatever happens.</summary>
/// <remarks>It lies over a top-level folder, for a step's root must be able to get to its tree, and the way to the caller's own folders is closed
/// to it.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class WorkArea
{
    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // Nothing that steps or their runtime need is in any of them.
    private static readonly string[] s_places = ["/mnt", "/media", "/srv"];

    private readonly string _root;
    private int _trees;

    private WorkArea(string root)
    {
        _root = root;
        Private = Path.Combine(root, "private");
        Directory.CreateDirectory(Private, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(root, "trees"), Passable);
    }

    /// <summary>For the worker alone; secrets are here while their steps run.</summary>
    public string Private { get; }

    /// <summary>Mounts it where it hides neither the store nor a program. Throws MBK2005.</summary>
    /// <param name="kept">Folders that must stay in sight.</param>
    public static WorkArea Create(params IReadOnlyList<string> kept)
    {
        var place = s_places.FirstOrDefault(p => Directory.Exists(p) && !kept.Any(k => k == p || k.StartsWith(p + "/", StringComparison.Ordinal)))
            ?? throw new WorkerException(WorkerException.NoNamespaces, ErrorKind.FailedPrecondition, $"Steps need one of the folders '{string.Join("', '", s_places)}' to mount their trees below, and none is there or free. Make one, empty.");
        try
        {
            Mounts.Make("tmpfs", place, "mode=0711");
            // Hybrid cgroups: crun wants the unified tree alone.
            if (Directory.Exists("/sys/fs/cgroup/unified")) Mounts.Bind("/sys/fs/cgroup/unified", "/sys/fs/cgroup");
        }
        catch (IOException e)
        {
            throw new WorkerException(WorkerException.NoNamespaces, ErrorKind.FailedPrecondition, $"The worker's namespaces do not let it mount: {e.Message.TrimEnd('.')}. Check that containers may mount here, as with --security-opt seccomp=unconfined.", e);
        }
        return new WorkArea(place);
    }

    /// <summary>A new folder to mount trees below; every id can get there, and list nothing.</summary>
    public string MakeTreeFolder()
    {
        var path = Path.Combine(_root, "trees", Interlocked.Increment(ref _trees).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, Passable);
        return path;
    }
}
