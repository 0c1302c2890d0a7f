using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>A line taken apart: keyword, flags, and the rest.</summary>
internal sealed record SplitCommand(TextPart Keyword, IReadOnlyList<TextPart> Flags, TextPart Rest)
{
    internal static readonly System.Buffers.SearchValues<char> Blanks = System.Buffers.SearchValues.Create("\t\v\f\r ");

    /// <summary>Takes apart what stands from a place on.</summary>
    internal static SplitCommand Of(string line, int start, char escape)
    {
        start = SkipSpace(line, start);
        var end = line.AsSpan().TrimEnd().Length;
        if (start >= end) return new SplitCommand(new TextPart("", Math.Min(start, line.Length)), [], new TextPart("", end));

        var length = line.AsSpan(start, end - start).IndexOfAny(Blanks);
        var keyword = new TextPart(length < 0 ? line[start..end] : line.Substring(start, length), start);
        var flags = new List<TextPart>();
        var rest = ReadFlags(line, start + keyword.Text.Length, end, escape, flags);
        return new SplitCommand(keyword, flags, new TextPart(line[rest..end], rest));
    }

    /// <summary>Adds the flags and returns where the rest starts.</summary>
    private static int ReadFlags(string line, int at, int end, char escape, List<TextPart> flags)
    {
        while (true)
        {
            at = Math.Min(SkipSpace(line, at), end);
            if (!line.AsSpan(at, end - at).StartsWith("--")) return at;

            var start = at;
            var flag = ReadFlag(line, ref at, end, escape);
            if (flag == "--") return Math.Min(SkipSpace(line, at), end);
            flags.Add(new TextPart(flag, start));
        }
    }

    private static string ReadFlag(string line, ref int at, int end, char escape)
    {
        var word = new StringBuilder();
        char? quote = null;
        for (; at < end; at++)
        {
            var c = line[at];
            if (quote is null && char.IsWhiteSpace(c)) break;
            if (c == quote) quote = null;
            else if (quote is null && c is '\'' or '"') quote = c;
            else if (c != escape) word.Append(c);
            else if (at + 1 < end) word.Append(line[++at]);
        }
        return word.ToString();
    }

    private static int SkipSpace(string line, int at)
    {
        while (at < line.Length && char.IsWhiteSpace(line[at])) at++;
        return at;
    }
}
