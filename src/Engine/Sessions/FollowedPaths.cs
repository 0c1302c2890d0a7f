using MsBuildKit.Engine.Llb.Patterns;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Finds what paths lead to when every link on the way is followed inside of the folder (fsutil's <c>FollowLinks</c>).</summary>
/// <remarks>Links that lead out lead to the folder's top, as after a chroot. Only links are read: whether a path is there in the end is not asked.</remarks>
internal sealed class FollowedPaths
{
    private readonly string _folder;
    private readonly SortedSet<string> _found = new(StringComparer.Ordinal);

    private FollowedPaths(string folder) => _folder = folder;

    /// <summary>The paths, and the links on their way; <c>null</c> when one of them is the top itself, so that nothing is left out.</summary>
    /// <param name="folder">Absolute.</param>
    /// <param name="paths">In the folder; each part may have wildcards.</param>
    public static IReadOnlyList<string>? Find(string folder, IReadOnlyList<string> paths)
    {
        var followed = new FollowedPaths(folder);
        foreach (var path in paths) followed.Follow(path);
        return followed._found.Contains(".") ? null : [.. followed._found];
    }

    private void Follow(string path)
    {
        var rest = new Stack<string>([path]);
        while (rest.TryPop(out var next))
            foreach (var target in Walk(next)) rest.Push(target);
    }

    // To the first link, and what it leads to with what was still to go; or to the end.
    private IEnumerable<string> Walk(string path)
    {
        var parts = SlashPath.Shorten("/" + path).Split('/', StringSplitOptions.RemoveEmptyEntries);
        var here = "";
        for (var i = 0; i < parts.Length; i++)
        {
            here = here.Length == 0 ? parts[i] : $"{here}/{parts[i]}";
            var targets = TargetsOf(here, parts[i]);
            if (targets.Count == 0) continue;
            var after = string.Join('/', parts.Skip(i + 1));
            return _found.Add(here) ? targets.Select(t => $"{t}/{after}") : [];
        }
        _found.Add(here.Length == 0 ? "." : here);
        return [];
    }

    private List<string> TargetsOf(string path, string name)
    {
        if (!NamePattern.IsOne(name)) return TargetOf(path) is { } target ? [target] : [];
        var above = ParentOf(path);
        var pattern = NamePattern.Parse(name);
        if (pattern is null || !Directory.Exists(HostPathOf(above))) return [];
        try
        {
            var names = Directory.EnumerateFileSystemEntries(HostPathOf(above)).Select(p => Path.GetFileName(p)).Where(pattern.Matches);
            return [.. names.Select(n => TargetOf(above.Length == 0 ? n : $"{above}/{n}")).OfType<string>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FolderWalk.NotReadable(HostPathOf(above), e);
        }
    }

    private string? TargetOf(string path)
    {
        if (new FileInfo(HostPathOf(path)).LinkTarget is not { } target) return null;
        return target.StartsWith('/') ? target : $"{ParentOf(path)}/{target}";
    }

    private string HostPathOf(string path) => path.Length == 0 ? _folder : $"{_folder}/{path}";

    private static string ParentOf(string path) => path.LastIndexOf('/') is >= 0 and var end ? path[..end] : "";
}
