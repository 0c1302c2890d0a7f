using System.Buffers;
using System.Text;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What of a step's secrets must not show: each as a whole without the line end after it, and its lines, for programs print files line by
/// line. What is very short is left out: a log in which each such piece is covered says nothing any more.</summary>
/// <remarks>Bytes are looked at as characters of Latin-1, one for one.</remarks>
internal sealed class SecretPatterns
{
    /// <summary>The shortest secret that is covered, in bytes.</summary>
    public const int Shortest = 4;

    /// <summary>The shortest line of a secret of several lines.</summary>
    public const int ShortestLine = 8;

    private readonly SearchValues<string> _any;
    private readonly ILookup<char, string> _byFirst;

    private SecretPatterns(IReadOnlyList<string> patterns)
    {
        _any = SearchValues.Create([.. patterns], StringComparison.Ordinal);
        _byFirst = patterns.ToLookup(p => p[0]);
        Longest = patterns.Max(p => p.Length);
    }

    /// <summary>The length of the longest.</summary>
    public int Longest { get; }

    /// <summary>The patterns of these secrets, or <c>null</c> when there is nothing to cover.</summary>
    public static SecretPatterns? Of(IEnumerable<ReadOnlyMemory<byte>> secrets)
    {
        var patterns = secrets.SelectMany(s => Split(Encoding.Latin1.GetString(s.Span))).Distinct(StringComparer.Ordinal).ToList();
        return patterns.Count == 0 ? null : new SecretPatterns(patterns);
    }

    /// <summary>Where the first begins that <paramref name="text"/> has whole; below zero when it has none.</summary>
    public int Find(ReadOnlySpan<char> text) => text.IndexOfAny(_any);

    /// <summary>The length of the longest that <paramref name="text"/> begins with, or 0.</summary>
    public int LengthAt(ReadOnlySpan<char> text)
    {
        var longest = 0;
        foreach (var pattern in _byFirst[text[0]])
            if (pattern.Length > longest && text.StartsWith(pattern, StringComparison.Ordinal))
                longest = pattern.Length;
        return longest;
    }

    /// <summary>Whether <paramref name="text"/> is the beginning of one that goes on.</summary>
    public bool Begins(ReadOnlySpan<char> text)
    {
        foreach (var pattern in _byFirst[text[0]])
            if (pattern.Length > text.Length && pattern.AsSpan().StartsWith(text, StringComparison.Ordinal))
                return true;
        return false;
    }

    private static IEnumerable<string> Split(string secret)
    {
        var whole = secret.TrimEnd('\r', '\n');
        if (whole.Length >= Shortest) yield return whole;
        foreach (var line in whole.Split('\n', '\r').Select(l => l.Trim(' ', '\t')).Where(l => l.Length >= ShortestLine)) yield return line;
    }
}
