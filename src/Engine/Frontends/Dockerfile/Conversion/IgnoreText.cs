using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Reads a <c>.dockerignore</c>: a pattern on each line, comments begin with <c>#</c>.</summary>
internal static class IgnoreText
{
    /// <summary>Its patterns in order, without slashes at their ends; none of no file.</summary>
    public static IReadOnlyList<string> Parse(byte[]? file) =>
        file is null ? [] : [.. Encoding.UTF8.GetString(file).TrimStart('\uFEFF').Split('\n').Where(l => !l.StartsWith('#')).Select(l => l.Trim()).Where(l => l.Length > 0).Select(Tidy)];

    private static string Tidy(string line)
    {
        var isException = line.StartsWith('!');
        var pattern = isException ? line[1..].Trim() : line;
        if (pattern.Length > 0) pattern = UnixPath.Clean(pattern);
        if (pattern.Length > 1 && pattern[0] == '/') pattern = pattern[1..];
        return isException ? "!" + pattern : pattern;
    }
}
