using System.Text.RegularExpressions;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Words;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Reads words that announce documents (<c>&lt;&lt;EOF</c>).</summary>
internal static partial class HeredocWord
{
    // Documents are a shell's: the Dockerfile's escape character means nothing to them.
    private static readonly WordExpander s_words = new(new WordOptions { KeepQuotes = true, KeepEscapes = true, KeepUnknown = true });
    private static readonly WordExpander s_plain = new(new WordOptions { KeepUnknown = true });
    private static readonly WordExpander s_quoted = new(new WordOptions { KeepQuotes = true, KeepUnknown = true });

    /// <summary>The documents that a line announces, without content. A line that is no row of words announces none.</summary>
    internal static IReadOnlyList<Heredoc> AllOf(string line)
    {
        try
        {
            return [.. s_words.ExpandWords(line, NoVariables.Instance).Select(TryRead).OfType<Heredoc>()];
        }
        catch (WordException)
        {
            return [];
        }
    }

    /// <summary>The document that a word announces, without content, or <c>null</c>.</summary>
    internal static Heredoc? TryRead(string word)
    {
        if (!word.Contains("<<", StringComparison.Ordinal) || Shape().Match(word) is not { Success: true } match) return null;

        try
        {
            var delimiter = match.Groups[3].Value;
            if (s_plain.ExpandWords(delimiter, NoVariables.Instance) is not [var name]) return null;
            if (s_quoted.ExpandWords(delimiter, NoVariables.Instance) is not [var written]) return null;

            var descriptor = match.Groups[1].Length == 0 ? 0 : int.TryParse(match.Groups[1].ValueSpan, out var number) ? number : int.MaxValue;
            return new Heredoc(name, "", Quotes(name) == Quotes(written), match.Groups[2].Length > 0, descriptor);
        }
        catch (WordException)
        {
            return null;
        }
    }

    private static int Quotes(string text) => text.Count(c => c is '\'' or '"');

    [GeneratedRegex(@"^([0-9]*)<<(-?)[\t\n\f\r ]*([^<]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
