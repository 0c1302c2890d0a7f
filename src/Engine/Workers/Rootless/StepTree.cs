using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The tree of a step, which somebody else filled, for those who prepare the step: what they make in it is its root's, and whatever links
/// are in it, they end inside (<see cref="RootedTree"/>).</summary>
internal sealed class StepTree(string path) : IDisposable
{
    // As many as the kernel follows.
    private const int MostLinks = 40, FolderMode = 0b111_101_101, FileMode = 0b110_100_100;

    private readonly RootedTree _tree = RootedTree.Open(path);

    public void Dispose() => _tree.Dispose();

    /// <summary>The path, without links, of what a path leads to; <c>null</c> when it leads nowhere. The tree's own is <c>/</c>.</summary>
    public string? Find(string path) => _tree.FindPlace(Relative(path)) is { } place ? "/" + place : null;

    /// <summary>Holds what a path leads to, so that it stays the same whatever is put in its place; <c>null</c> when it leads nowhere.</summary>
    public SafeFileHandle? Open(string path) => _tree.OpenTarget(Relative(path));

    /// <summary>Finds a directory or file, or makes it and its parents. Answers its path without links; what had to be made is told, parents
    /// first.</summary>
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
            if (_tree.Find(Relative(next)) is { IsLink: true })
            {
                if (++links > MostLinks) throw StepErrors.BadPlace(path, "it is a link that leads nowhere");
                var target = _tree.ReadLink(Relative(next));
                if (target.StartsWith('/')) here = "/";
                foreach (var part in Parts(target).Reverse()) rest.Push(part);
                continue;
            }
            // What a step has there is not the tree's: it would only be left in the tree.
            if (MountPoints.IsBelow(next, ["/proc", "/sys", "/dev"])) throw StepErrors.BadPlace(path, $"it leads to '{next}', which belongs to the system");
            if (Make(here, next, isFile && rest.Count == 0)) made?.Invoke(next);
            here = next;
        }
        if (_tree.Read(Relative(here)).IsDirectory == isFile) throw StepErrors.BadPlace(path, isFile ? "it is a directory" : "it is no directory");
        return here;
    }

    /// <summary>Opens a file to read that is at the very path: no link, pipe or device. <c>null</c> when nothing is there.</summary>
    public FileStream? OpenPlainFile(string path, long largest)
    {
        if (_tree.Find(Relative(path)) is not { } found) return null;
        if (!found.IsFile || found.Size > largest) throw StepErrors.BadAccounts(Relative(path));
        return new FileStream(_tree.OpenFile(Relative(path)), FileAccess.Read);
    }

    /// <summary>Opens the plain file that a path leads to; <c>null</c> when it leads to none.</summary>
    public FileStream? OpenProgram(string path) =>
        Find(path) is { } place && _tree.Find(Relative(place)) is { IsFile: true } ? new FileStream(_tree.OpenFile(Relative(place)), FileAccess.Read) : null;

    /// <summary>Takes something empty away again; what is not empty, or not there, stays as it is.</summary>
    public void TryRemove(string path)
    {
        var place = Relative(path);
        if (_tree.Find(place) is not { } found) return;
        if (found.IsDirectory ? _tree.List(place).Count == 0 : found is { IsFile: true, Size: 0 }) _tree.RemoveTree(place);
    }

    private bool Make(string parent, string path, bool asFile)
    {
        if (!_tree.Read(Relative(parent)).IsDirectory) throw StepErrors.BadPlace(parent, "it is no directory");
        var place = Relative(path);
        if (_tree.Find(place) is not null) return false;
        if (asFile) _tree.MakeFile(place);
        else _tree.MakeDirectory(place);
        _tree.SetOwner(place, StepIds.First, StepIds.First);
        _tree.SetMode(place, asFile ? FileMode : FolderMode);
        return true;
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".");

    private static string Relative(string path) => path.Trim('/');
}
