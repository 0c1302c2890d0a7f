using System.Text;

namespace MsBuildKit.Tasks;

/// <summary>Paths inside an image.</summary>
internal static class ImagePath
{
    private const int LongestPath = 4095, LongestName = 255;

    /// <summary>The absolute path with single slashes and no dots, or <c>null</c> when it is relative, climbs out or holds what no path may.</summary>
    public static string? Normalize(string path)
    {
        if (!path.StartsWith('/') || path.Length > LongestPath || path.Any(char.IsControl) || !Text.IsUnicode(path)) return null;
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(n => n != ".").ToList();
        return names.All(IsName) ? "/" + string.Join('/', names) : null;
    }

    /// <summary>A relative path below a directory of the image, or <c>null</c> for the same reasons.</summary>
    public static string? Join(string directory, string relative) =>
        Normalize($"{directory.TrimEnd('/')}/{relative.Replace('\\', '/')}");

    // In a layer '.wh.x' means that x is gone: a file cannot have such a name.
    private static bool IsName(string name) =>
        name != ".." && !name.StartsWith(".wh.", StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(name) <= LongestName;
}
