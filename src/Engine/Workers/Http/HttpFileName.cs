using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Distribution;

namespace MsBuildKit.Engine.Workers.Http;

/// <summary>What a file of a web server is called in its tree: as the graph says, else as the server says, else by the end of its address.</summary>
internal static class HttpFileName
{
    private const string Default = "download";

    // Of the file systems that layers are unpacked to.
    private const int MostBytes = 255;

    /// <param name="source">The graph's wish.</param>
    /// <param name="file">What the server said, or <c>null</c> when it is not to matter.</param>
    public static string Of(HttpSource source, WebFile? file)
    {
        if (source.File.Name.Length > 0) return Clean(source.File.Name);
        if (file?.Name is { } said && !said.EndsWith('/')) return Clean(said);
        return Clean(Uri.UnescapeDataString(source.Address.AbsolutePath).TrimEnd('/'));
    }

    /// <summary>The last part of what may be a path on any system. What could hide what it is, or mean something to whoever unpacks it, is not kept at all.</summary>
    public static string Clean(string text)
    {
        var name = text.Trim();
        name = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        return name is "" or "." or ".." || name.StartsWith(".wh.", StringComparison.Ordinal) || name.EnumerateRunes().Any(IsOdd) || Encoding.UTF8.GetByteCount(name) > MostBytes ? Default : name;
    }

    private static bool IsOdd(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
}
