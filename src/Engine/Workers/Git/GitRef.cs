namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Names of refs and ids of commits (git-check-ref-format(1)).</summary>
internal static class GitRef
{
    private const string Forbidden = " ~^:?*[\\";

    /// <summary>A full id: 40 or 64 hex digits in lower case.</summary>
    public static bool IsId(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>A name that git would take, and nothing that an argument could be mistaken for.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and < 1024 && text[0] is not ('-' or '/' or '.') && text[^1] is not ('/' or '.') && text != "@"
        && !text.Any(c => char.IsControl(c) || Forbidden.Contains(c, StringComparison.Ordinal))
        && !text.Contains("..", StringComparison.Ordinal) && !text.Contains("//", StringComparison.Ordinal) && !text.Contains("@{", StringComparison.Ordinal)
        && text.Split('/').All(p => p[0] is not ('.' or '-') && !p.EndsWith(".lock", StringComparison.Ordinal));
}
