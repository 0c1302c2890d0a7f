using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A tree that somebody else filled, reached only through handles that cannot leave it: whatever links are in it, they end inside
/// (openat2(2), RESOLVE_IN_ROOT).</summary>
internal sealed class RootTree : IDisposable
{
    // As many as the kernel follows.
    private const int MostLinks = 40;

    private readonly SafeFileHandle _root;
    private readonly string _base;

    /// <summary>Opens the tree at a path that is ours.</summary>
    public RootTree(string path)
    {
        _root = Kernel.Open(path, Kernel.PathOnly | Kernel.Directory);
        _base = NameOf(_root);
    }

    public void Dispose() => _root.Dispose();

    /// <summary>Opens what is at a path, following links; <c>null</c> when nothing is.</summary>
    public SafeFileHandle? Find(string path, bool followLast = true)
    {
        var handle = Kernel.OpenBelow(_root, Relative(path), Kernel.PathOnly | (followLast ? 0 : Kernel.NotFollowed), Kernel.InRoot | Kernel.NoMagicLinks, out var error);
        return handle is not null || error is Kernel.NoEntry or Kernel.NotADirectory ? handle : throw StepErrors.BadPlace(path, Kernel.Error(path, error).Message);
    }

    /// <summary>The path without links of what a handle is open on; the tree's own is <c>/</c>.</summary>
    public string PathOf(SafeFileHandle handle)
    {
        var name = NameOf(handle);
        if (name == _base) return "/";
        var prefix = _base == "/" ? "/" : _base + "/";
        if (!name.StartsWith(prefix, StringComparison.Ordinal)) throw StepErrors.BadPlace(name, "it is not in the tree");
        return name[(prefix.Length - 1)..];
    }

    /// <summary>Finds a directory or file, or makes it and its parents, owned by the step's root. Answers its path without links; what had to
    /// be made is told, parents first.</summary>
    public string Ensure(string path, bool isFile, Action<string>? made = null)
    {
        var rest = new Stack<string>(Parts(path).Reverse());
        var (here, links) = ("/", 0);
        while (rest.TryPop(out var name))
        {
            if (name == "..")
            {
                here = here[..Math.Max(1, here.LastIndexOf('/'))];
                continue;
            }
            var next = here == "/" ? "/" + name : $"{here}/{name}";
            if (TargetOf(next) is { } target)
            {
                if (++links > MostLinks) throw StepErrors.BadPlace(path, "it is a link that leads nowhere");
                if (target.StartsWith('/')) here = "/";
                foreach (var part in Parts(target).Reverse()) rest.Push(part);
                continue;
            }
            // What a step has there is not the tree's: it would only be left in the tree.
            if (MountPoints.IsBelow(next, ["/proc", "/sys", "/dev"])) throw StepErrors.BadPlace(path, $"it leads to '{next}', which belongs to the system");
            if (Ensure(here, name, isFile && rest.Count == 0)) made?.Invoke(next);
            here = next;
        }
        using var found = Find(here) ?? throw StepErrors.BadPlace(path, "it could not be made");
        if (IsDirectory(found) == isFile) throw StepErrors.BadPlace(path, isFile ? "it is a directory" : "it is no directory");
        return here;
    }

    /// <summary>Opens a file to read that is at the very path: no link, pipe or device. <c>null</c> when nothing is there.</summary>
    public FileStream? OpenPlainFile(string path, long largest)
    {
        using var found = Find(path, followLast: false);
        if (found is null) return null;
        var (mode, size) = Kernel.Stat(found);
        if ((mode & Kernel.TypeMask) != Kernel.FileType || size > largest) throw StepErrors.BadAccounts(Relative(path));
        // Only now is it known that opening it waits for nobody.
        return new FileStream(Kernel.Open(NameFor(found), Kernel.NoWaiting), FileAccess.Read);
    }

    /// <summary>Takes something empty away again; what is not empty, or not there, stays as it is.</summary>
    public void TryRemove(string path)
    {
        using var parent = Find(path[..Math.Max(1, path.LastIndexOf('/'))]);
        using var found = Find(path, followLast: false);
        if (parent is null || found is null) return;
        var (mode, size) = Kernel.Stat(found);
        var type = mode & Kernel.TypeMask;
        if (type == Kernel.DirectoryType || (type == Kernel.FileType && size == 0))
            _ = Kernel.TryRemove(parent, path[(path.LastIndexOf('/') + 1)..], type == Kernel.DirectoryType);
    }

    public static bool IsDirectory(SafeFileHandle handle) => (Kernel.Stat(handle).Mode & Kernel.TypeMask) == Kernel.DirectoryType;

    private bool Ensure(string parentPath, string name, bool asFile)
    {
        using var parent = Find(parentPath) ?? throw StepErrors.BadPlace(parentPath, "it is gone");
        if (!IsDirectory(parent)) throw StepErrors.BadPlace(parentPath, "it is no directory");
        using (var there = Kernel.OpenBelow(parent, name, Kernel.PathOnly | Kernel.NotFollowed, Kernel.InRoot, out _))
            if (there is not null)
                return false;
        var made = asFile ? Kernel.TryMakeFile(parent, name, 0b110_100_100) : Kernel.TryMakeDirectory(parent, name, 0b111_101_101);
        if (made) Kernel.Own(parent, name, StepIds.First, StepIds.First);
        return made;
    }

    private string? TargetOf(string path)
    {
        using var handle = Find(path, followLast: false);
        if (handle is null || (Kernel.Stat(handle).Mode & Kernel.TypeMask) != Kernel.LinkType) return null;
        return Kernel.ReadLink(handle);
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".");

    private static string Relative(string path) => path.Trim('/') is { Length: > 0 } inner ? inner : ".";

    private static string NameFor(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    private static string NameOf(SafeFileHandle handle) => new FileInfo(NameFor(handle)).LinkTarget ?? throw StepErrors.BadPlace("/", "/proc is not there");
}
