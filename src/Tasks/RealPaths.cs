namespace MsBuildKit.Tasks;

/// <summary>Follows the links in paths; each folder is looked at once.</summary>
internal sealed class RealPaths
{
    // The kernel's own limit.
    private const int MostLinks = 40;

    private readonly Dictionary<string, string?> _known = new(StringComparer.Ordinal);

    /// <summary>The path without links, or <c>null</c> when it leads nowhere or in circles.</summary>
    public string? Resolve(string path) => Resolve(path, MostLinks);

    private string? Resolve(string path, int links)
    {
        if (_known.TryGetValue(path, out var known)) return known;
        var resolved = Path.GetDirectoryName(path) is not { } parent ? path
            : Resolve(parent, links) is { } folder ? Enter(folder, Path.GetFileName(path), links)
            : null;
        // How a circle looks depends on where it is entered, so only what ended is remembered.
        return resolved is null ? null : _known[path] = resolved;
    }

    private string? Enter(string folder, string name, int links)
    {
        var path = Path.Combine(folder, name);
        var file = new FileInfo(path);
        if (file.LinkTarget is { } target) return links == 0 ? null : Follow(folder, target, links - 1);
        return file.Exists || Directory.Exists(path) ? path : null;
    }

    // As the kernel walks: '..' is above where a link led, not above the link.
    private string? Follow(string folder, string target, int links)
    {
        var root = Path.GetPathRoot(target)!;
        var at = root.Length > 0 ? root : folder;
        foreach (var name in target[root.Length..].Split(['/', Path.DirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries))
        {
            if (name == ".") continue;
            var next = name == ".." ? Path.GetDirectoryName(at) ?? at : Enter(at, name, links);
            if (next is null) return null;
            at = next;
        }
        return at;
    }
}
