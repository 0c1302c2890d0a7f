using System.Text;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>A pattern of <c>#</c>, <c>%</c> and <c>/</c>: <c>*</c> stands for any characters of a line, <c>?</c> for one.</summary>
/// <remarks>It is cut at its stars. Each piece is sought once from left to right, so that the work is near the value's length; what may still be
/// more, long pieces that nearly match everywhere, is paid to the limit.</remarks>
internal sealed class WordPattern
{
    private const int Any = -1;
    private const int Star = -2;

    private readonly int[] _tokens;
    private readonly WorkLimit _limit;

    private WordPattern(int[] tokens, WorkLimit limit) => (_tokens, _limit) = (tokens, limit);

    /// <summary>Reads a pattern, in which a backslash takes the meaning from <c>*</c>, <c>?</c>, itself, and what ends a pattern.</summary>
    internal static WordPattern Parse(string pattern, WorkLimit limit)
    {
        limit.Spend(pattern.Length);
        var points = CodePoints.Of(pattern);
        var tokens = new List<int>(points.Length);
        for (var i = 0; i < points.Length; i++)
        {
            if (points[i] != '\\')
            {
                tokens.Add(points[i] switch { '*' => Star, '?' => Any, var point => point });
                continue;
            }
            if (++i == points.Length || points[i] is not ('*' or '?' or '\\' or '}' or '/')) throw BadEscape(pattern);
            tokens.Add(points[i]);
        }
        return new WordPattern([.. tokens], limit);
    }

    /// <summary>The value without the shortest or longest start that matches.</summary>
    internal string TrimStart(string value, bool isLongest)
    {
        var points = PointsOf(value);
        var end = new PatternSearch(PiecesOf(_tokens), points, _limit).MatchAt(0, isLongest);
        return end < 0 ? value : CodePoints.ToText(points.AsSpan(end));
    }

    /// <summary>The value without the shortest or longest end that matches: from right to left it is the same as a start.</summary>
    internal string TrimEnd(string value, bool isLongest)
    {
        var points = PointsOf(value);
        var end = new PatternSearch(PiecesOf(Reversed(_tokens)), Reversed(points), _limit).MatchAt(0, isLongest);
        return end < 0 ? value : CodePoints.ToText(points.AsSpan(0, points.Length - end));
    }

    /// <summary>The value with the first or every match replaced, the longest at each place.</summary>
    internal string Replace(string value, string replacement, bool isAll)
    {
        var points = PointsOf(value);
        var search = new PatternSearch(PiecesOf(_tokens), points, _limit);
        var text = new StringBuilder();
        var (copied, from) = (0, 0);
        while (from <= points.Length && search.Find(from) is var (start, end) && start >= 0)
        {
            text.Append(CodePoints.ToText(points.AsSpan(copied, start - copied)));
            // An empty match right after another match is none.
            if (end > copied || start == 0) text.Append(replacement);
            _limit.Spend(replacement.Length + 1);
            WorkLimit.CheckLength(text.Length);
            (copied, from) = (end, Math.Max(end, from + 1));
            if (!isAll) break;
        }
        return text.Append(CodePoints.ToText(points.AsSpan(copied))).ToString();
    }

    private int[] PointsOf(string value)
    {
        _limit.Spend(value.Length);
        return CodePoints.Of(value);
    }

    private static List<int[]> PiecesOf(int[] tokens)
    {
        var pieces = new List<int[]>();
        var start = 0;
        for (var i = 0; i <= tokens.Length; i++)
        {
            if (i < tokens.Length && tokens[i] != Star) continue;
            pieces.Add(tokens[start..i]);
            start = i + 1;
        }
        return pieces;
    }

    private static int[] Reversed(int[] points)
    {
        var copy = points.ToArray();
        Array.Reverse(copy);
        return copy;
    }

    private static WordException BadEscape(string pattern)
        => new(DockerfileCodes.WordSyntax, $"The pattern '{(pattern.Length > 100 ? pattern[..100] + "..." : pattern)}' has a backslash before what needs none; write two for a backslash.");

    /// <summary>Whether a token of a piece takes a character.</summary>
    internal static bool Takes(int token, int point) => token == Any ? point != '\n' : token == point;
}
