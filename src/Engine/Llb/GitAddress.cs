using System.Text.RegularExpressions;
using MsBuildKit.Engine.Llb.Patterns;

namespace MsBuildKit.Engine.Llb;

/// <summary>Where a repository is, as BuildKit reads it: an address of http, https, ssh or git, or <c>user@host:path</c>.</summary>
/// <param name="Scheme">In lower case; that of <c>user@host:path</c> is ssh.</param>
/// <param name="User">What stands before the host, a password with it, or empty.</param>
/// <param name="Host">With its port.</param>
/// <param name="Path">Unescaped.</param>
/// <param name="Remote">What a git program is given: the address without query and fragment.</param>
/// <param name="Ref">Of the fragment <c>#ref:subdirectory</c>, or empty.</param>
/// <param name="Subdirectory">Of the fragment, made relative to the root and without <c>..</c>, or empty.</param>
public sealed partial record GitAddress(string Scheme, string User, string Host, string Path, string Remote, string Ref, string Subdirectory)
{
    /// <summary>What stands between <c>?</c> and the fragment, still escaped, or empty.</summary>
    public string Query { get; init; } = "";

    private static readonly string[] s_schemes = ["http", "https", "ssh", "git"];

    /// <summary>The address, or <c>null</c> for a scheme that is none of these, or for no scheme.</summary>
    public static GitAddress? Parse(string text)
    {
        if (SchemeOf().Match(text) is { Success: true } match)
            return s_schemes.Contains(match.Groups[1].Value.ToLowerInvariant()) ? ParseUrl(match.Groups[1].Value.ToLowerInvariant(), text[match.Length..]) : null;
        if (ScpStyle().Match(text) is not { Success: true } scp) return null;
        var (reference, directory) = Split(scp.Groups[5].Value);
        var (user, host, path) = (scp.Groups[1].Value, scp.Groups[2].Value, scp.Groups[3].Value);
        return new GitAddress("ssh", user, host, path, $"{user}@{host}:{path}", reference, directory) { Query = scp.Groups[4].Value };
    }

    /// <summary>The text begins with a scheme, be it one that is known here or not.</summary>
    public static bool HasScheme(string text) => SchemeOf().IsMatch(text);

    /// <summary>The shortest absolute path that means the same: no <c>.</c>, no <c>..</c>, no <c>//</c>.</summary>
    public static string CleanPath(string path) => SlashPath.Shorten("/" + path);

    private static GitAddress ParseUrl(string scheme, string rest)
    {
        var (whole, fragment) = Cut(rest, '#');
        var (plain, query) = Cut(whole, '?');
        var end = plain.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? slash : plain.Length;
        var at = plain[..end].LastIndexOf('@');
        var (reference, directory) = Split(Uri.UnescapeDataString(fragment));
        return new GitAddress(scheme, at < 0 ? "" : plain[..at], plain[(at + 1)..end], Uri.UnescapeDataString(plain[end..]), $"{scheme}://{plain}", reference, directory) { Query = query };
    }

    private static (string Ref, string Subdirectory) Split(string fragment)
    {
        var (reference, directory) = Cut(fragment, ':');
        return (reference, CleanPath(directory)[1..]);
    }

    private static (string, string) Cut(string text, char at) => text.IndexOf(at, StringComparison.Ordinal) is >= 0 and var i ? (text[..i], text[(i + 1)..]) : (text, "");

    [GeneratedRegex("^([a-zA-Z0-9]+)://")]
    private static partial Regex SchemeOf();

    [GeneratedRegex(@"^([a-zA-Z0-9\-_]+)@([a-zA-Z0-9\-.]+):(.*?)(?:\?(.*?))?(?:#(.*))?$")]
    private static partial Regex ScpStyle();
}
