using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tasks;

/// <summary>Lists the files of a folder that is lent to a step. Nothing outside of the folder gets in, whatever its links say.</summary>
/// <param name="root">The folder that links must not leave; absolute.</param>
/// <param name="leftOut">Folders that are passed over, absolute: what builds write would change the step's key each time.</param>
internal sealed class LentFolder(string root, IReadOnlySet<string> leftOut)
{
    private const int MostEntries = 100_000;

    private readonly RealPaths _links = new();

    /// <summary>The tree at <paramref name="source"/>, a path below the root, and the part of it to mount; <c>null</c>, and
    /// <paramref name="fault"/> says why, when it cannot be lent.</summary>
    public (LocalTree Tree, string Selector)? Find(string treeName, string source, out string fault)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(source.Replace('\\', '/').TrimStart('/'), root));
        fault = $"'{path}' is not there";
        if (_links.Resolve(root) is not { } realRoot || _links.Resolve(path) is not { } real) return null;
        fault = $"'{path}' leaves '{root}'";
        if (!IsBelow(real, realRoot)) return null;
        if (Directory.Exists(real)) return Walk(treeName, path, realRoot, out fault) is { } tree ? (tree, "/") : null;
        fault = $"'{path}' has a name that no file of an image can have";
        return ImagePath.Join("/", Path.GetFileName(path)) is { } selector ? (new LocalTree(treeName, [new LocalFile(selector[1..], real)]), selector) : null;
    }

    private LocalTree? Walk(string treeName, string top, string realRoot, out string fault)
    {
        var (files, folders) = (new List<LocalFile>(), new List<LocalDirectory>());
        var left = new Stack<(string Path, string Place)>([(top, "")]);
        try
        {
            while (left.TryPop(out var folder))
                foreach (var entry in new DirectoryInfo(folder.Path).EnumerateFileSystemInfos())
                {
                    var isFolder = entry is DirectoryInfo && entry.LinkTarget is null;
                    if (isFolder && (entry.Name == ".git" || leftOut.Contains(entry.FullName))) continue;
                    if (ImagePath.Join("/", folder.Place + entry.Name) is not { } place)
                        fault = $"'{entry.FullName}' has a name that no file of an image can have";
                    else if (files.Count + folders.Count >= MostEntries)
                        fault = $"'{top}' has more than {MostEntries} files";
                    else if (FileOf(entry, realRoot) is not { } file)
                        fault = $"'{entry.FullName}' is a link to '{entry.LinkTarget}', which is no file of '{root}'";
                    else
                    {
                        if (!isFolder) files.Add(new LocalFile(place[1..], file));
                        else folders.Add(new LocalDirectory(place[1..]));
                        if (isFolder) left.Push((entry.FullName, place[1..] + "/"));
                        continue;
                    }
                    return null;
                }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = $"'{top}' cannot be read: {e.Message.TrimEnd('.')}";
            return null;
        }
        fault = "";
        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        folders.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new LocalTree(treeName, files) { Directories = folders };
    }

    // A link is the file it leads to, where it led to when it was judged.
    private string? FileOf(FileSystemInfo entry, string realRoot) => entry.LinkTarget is null ? entry.FullName
        : _links.Resolve(entry.FullName) is { } target && File.Exists(target) && IsBelow(target, realRoot) ? target
        : null;

    private static bool IsBelow(string path, string folder) =>
        path == folder || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
