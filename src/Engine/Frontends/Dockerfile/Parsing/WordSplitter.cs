using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Cuts arguments into words, quotes and escapes left as they are.</summary>
internal static class WordSplitter
{
    /// <summary>Words between blanks; quotes mean nothing.</summary>
    internal static IReadOnlyList<TextPart> AtBlanks(TextPart text)
    {
        var words = new List<TextPart>();
        var at = 0;
        while (at < text.Text.Length)
        {
            var rest = text.Text.AsSpan(at);
            var length = rest.IndexOfAny(SplitCommand.Blanks);
            if (length < 0) length = rest.Length;
            if (length > 0) words.Add(new TextPart(rest[..length].ToString(), text.Start + at));
            at += length + 1;
        }
        return words;
    }

    /// <summary>Words between blanks that are neither quoted nor escaped.</summary>
    internal static IReadOnlyList<TextPart> WithQuotes(TextPart text, char escape)
    {
        var words = new List<TextPart>();
        var at = 0;
        while (true)
        {
            while (at < text.Text.Length && char.IsWhiteSpace(text.Text[at])) at++;
            if (at >= text.Text.Length) return words;

            var start = at;
            var word = ReadWord(text.Text, ref at, escape);
            if (word.Length > 0) words.Add(new TextPart(word, text.Start + start));
        }
    }

    private static string ReadWord(string text, ref int at, char escape)
    {
        var word = new StringBuilder();
        char? quote = null;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (quote is null && char.IsWhiteSpace(c)) break;
            if (quote is null && c is '\'' or '"') quote = c;
            else if (c == quote) quote = null;

            var escapes = c == escape && quote != '\'';
            // An escape character that ends the line escapes nothing.
            if (escapes && at + 1 == text.Length) continue;
            word.Append(c);
            if (escapes) word.Append(text[++at]);
        }
        return word.ToString();
    }
}
