namespace MsBuildKit.Tool.Text;

/// <summary>What somebody meant who wrote a word wrong.</summary>
internal static class Nearest
{
    /// <summary>The candidate that the fewest letters are wrong for, or <c>null</c> when none is near.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        var (nearest, distance) = candidates.Select(c => (c, Distance(word, c))).OrderBy(c => c.Item2).FirstOrDefault((c: "", int.MaxValue));
        return distance <= Math.Max(1, word.Length / 3) ? nearest : null;
    }

    /// <summary>A sentence that names it, with a space before, or nothing.</summary>
    public static string Hint(string word, IEnumerable<string> candidates) => Of(word, candidates) is { } meant ? $" Did you mean '{meant}'?" : "";

    // Letters to put in, leave out or change, after Wagner and Fischer.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
