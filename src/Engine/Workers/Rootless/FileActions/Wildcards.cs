using MsBuildKit.Engine.Llb.Patterns;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Finds what a path with wildcards stands for.</summary>
internal static class Wildcards
{
    /// <summary>The paths that match, in order; the path itself when there is no wildcard in it. What matches is not looked into for more.</summary>
    /// <param name="tree">Where to look.</param>
    /// <param name="path">Absolute and clean.</param>
    /// <param name="followLink">A link before the first wildcard may be the very last part.</param>
    public static IReadOnlyList<string> Resolve(IFileTree tree, string path, bool followLink)
    {
        var parts = TreePath.Shorten(path).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var plain = parts.TakeWhile(p => !NamePattern.IsOne(p)).ToArray();
        var start = "/" + string.Join('/', plain);
        if (plain.Length == parts.Length) return [start];
        var place = followLink ? TreePath.Resolve(tree, start) : TreePath.ResolveName(tree, start);
        var there = tree.Read(place);
        if (!there.IsDirectory || NamePattern.Parse(string.Join('/', parts.Skip(plain.Length))) is not { } pattern) return [];
        // Only a class can stand for a slash.
        var depth = parts.Any(p => p.Contains('[')) ? int.MaxValue : parts.Length - plain.Length;
        var found = new List<string>();
        Search(tree, place, "", pattern, depth, found);
        return found;
    }

    private static void Search(IFileTree tree, string top, string below, NamePattern pattern, int depth, List<string> found)
    {
        var folder = TreePath.Join(top, below).TrimEnd('/');
        foreach (var name in tree.List(folder).Order(StringComparer.Ordinal))
        {
            var (relative, place) = (TreePath.Join(below, name), TreePath.Join(folder, name));
            if (pattern.Matches(relative)) found.Add("/" + place);
            else if (depth > 1 && tree.Find(place) is { IsDirectory: true }) Search(tree, top, relative, pattern, depth - 1, found);
        }
    }
}
