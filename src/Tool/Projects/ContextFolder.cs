namespace MsBuildKit.Tool.Projects;

/// <summary>The folder that a Dockerfile of a project copies of: the smallest with all that the project is made of.</summary>
internal sealed class ContextFolder
{
    private static readonly string[] s_imported = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json"];

    private readonly string _root;
    private readonly IReadOnlyList<string> _restored;

    /// <param name="projects">Projects and configurations of NuGet, absolute.</param>
    /// <param name="others">Further files and folders, absolute.</param>
    public ContextFolder(IReadOnlyList<string> projects, IEnumerable<string> others)
    {
        var imported = projects.SelectMany(p => s_imported.Select(name => FindAbove(Path.GetDirectoryName(p)!, name))).OfType<string>().ToList();
        _root = projects.Concat(imported).Select(p => Path.GetDirectoryName(p)!).Concat(others.Select(o => Directory.Exists(o) ? o : Path.GetDirectoryName(o)!)).Aggregate(Common);
        var beside = projects.SelectMany(p => Folders(Path.GetDirectoryName(p)!)).Distinct().SelectMany(f => s_imported.Append("packages.lock.json").Select(n => Path.Combine(f, n))).Where(File.Exists);
        _restored = [.. projects.Concat(beside).Distinct().Select(PathOf).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether there is one that is not all of the machine.</summary>
    public bool IsThere => Path.GetDirectoryName(_root) is not null;

    /// <summary>What a restore reads, as paths in the folder.</summary>
    public IReadOnlyList<string> Restored => _restored;

    /// <summary>A path in the folder.</summary>
    public string PathOf(string path) => Path.GetRelativePath(_root, path).Replace('\\', '/');

    private IEnumerable<string> Folders(string folder)
    {
        for (var at = folder; at is not null && at.Length >= _root.Length; at = Path.GetDirectoryName(at)) yield return at;
    }

    private static string? FindAbove(string folder, string name)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(Path.Combine(at, name))) return Path.Combine(at, name);
        return null;
    }

    private static string Common(string one, string other)
    {
        var at = one;
        while (at != other && !other.StartsWith(at.TrimEnd('/', '\\') + Path.DirectorySeparatorChar, StringComparison.Ordinal)) at = Path.GetDirectoryName(at)!;
        return at;
    }
}
