using MsBuildKit.Engine.Llb.Patterns;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Paths of Linux images, whatever system this runs on.</summary>
internal static class UnixPath
{
    public static bool IsAbsolute(string path) => path.StartsWith('/');

    /// <summary>The shortest path that means the same; <c>.</c> for nothing.</summary>
    public static string Clean(string path) => SlashPath.Shorten(path);

    /// <summary>One below the other, cleaned. Parts that are empty are left out.</summary>
    public static string Join(params ReadOnlySpan<string> parts)
    {
        var present = new List<string>();
        foreach (var part in parts)
            if (part.Length > 0)
                present.Add(part);
        return present.Count == 0 ? "" : Clean(string.Join('/', present));
    }

    /// <summary>The last part; <c>/</c> for the root, <c>.</c> for nothing.</summary>
    public static string Base(string path)
    {
        if (path.Length == 0) return ".";
        var trimmed = path.TrimEnd('/');
        return trimmed.Length == 0 ? "/" : trimmed[(trimmed.LastIndexOf('/') + 1)..];
    }

    /// <summary>A path below a folder unless it is absolute. A slash, or a slash and a dot, at its end stays: it says that the path is a folder.</summary>
    public static string Destination(string folder, string path)
    {
        var wanted = path is "" or "." ? "./" : path;
        var whole = Clean(IsAbsolute(wanted) ? wanted : Join("/", folder, wanted));
        if (wanted.EndsWith('/') && !whole.EndsWith('/')) return whole + "/";
        if (!wanted.EndsWith("/.", StringComparison.Ordinal)) return whole;
        return whole == "/" ? "/." : whole + "/.";
    }
}
