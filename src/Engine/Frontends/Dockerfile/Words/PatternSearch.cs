namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>Seeks a pattern, cut at its stars, in a value. A star takes no line feed.</summary>
internal sealed class PatternSearch(IReadOnlyList<int[]> pieces, int[] value, WorkLimit limit)
{
    /// <summary>Where the first match from a place on starts and ends; -1 for none.</summary>
    internal (int Start, int End) Find(int from)
    {
        var first = pieces[0].Length;
        var failedUntil = -1;
        for (var start = from; start + first <= value.Length; start++)
        {
            // What fails after the first piece fails at every later place of the same line: the rest has only less to choose from.
            limit.Spend(1);
            if (start + first <= failedUntil || !Matches(pieces[0], start)) continue;

            var end = MatchRest(start + first, isLongest: true);
            if (end >= 0) return (start, end);
            failedUntil = LineEnd(start + first);
        }
        return (-1, -1);
    }

    /// <summary>Where the match that starts at a place ends; -1 for none.</summary>
    internal int MatchAt(int start, bool isLongest) => Matches(pieces[0], start) ? MatchRest(start + pieces[0].Length, isLongest) : -1;

    // The earliest place of each piece leaves the most for those after it; only the last one decides about the length.
    private int MatchRest(int at, bool isLongest)
    {
        for (var i = 1; i < pieces.Count; i++)
        {
            var found = isLongest && i == pieces.Count - 1 ? SeekLast(pieces[i], at) : SeekFirst(pieces[i], at);
            if (found < 0) return -1;
            at = found + pieces[i].Length;
        }
        return at;
    }

    private int SeekFirst(int[] piece, int from)
    {
        for (var at = from; at + piece.Length <= value.Length; at++)
        {
            if (Matches(piece, at)) return at;
            if (at < value.Length && value[at] == '\n') return -1;
        }
        return -1;
    }

    private int SeekLast(int[] piece, int from)
    {
        for (var at = Math.Min(LineEnd(from), value.Length - piece.Length); at >= from; at--)
        {
            if (Matches(piece, at)) return at;
        }
        return -1;
    }

    private int LineEnd(int from)
    {
        var end = Array.IndexOf(value, '\n', from);
        if (end < 0) end = value.Length;
        limit.Spend(end - from);
        return end;
    }

    private bool Matches(int[] piece, int at)
    {
        if (at + piece.Length > value.Length) return false;

        var matched = 0;
        while (matched < piece.Length && WordPattern.Takes(piece[matched], value[at + matched])) matched++;
        limit.Spend(matched + 1);
        return matched == piece.Length;
    }
}
