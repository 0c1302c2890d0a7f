namespace MsBuildKit.Engine.Packages;

/// <summary>Names and versions as Debian's policy has them (5.6.1, 5.6.12): they become parts of paths, so nothing else will do.</summary>
internal static class DebianWord
{
    /// <summary>A package's name.</summary>
    public static bool IsName(string? text) => text is { Length: > 0 and <= 200 } && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.');

    /// <summary>A version, an architecture or a digest.</summary>
    public static bool Is(string? text) => text is { Length: > 0 and <= 200 } && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.' or '~' or ':' or '_');
}
