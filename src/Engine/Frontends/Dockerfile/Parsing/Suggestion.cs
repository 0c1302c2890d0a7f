namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>What was probably meant by a word that is not known.</summary>
internal static class Suggestion
{
    private const int Farthest = 2;
    private const int LongestWord = 40;

    /// <summary><c> (did you mean 'COPY'?)</c>, or nothing where no choice is near.</summary>
    internal static string For(string word, IEnumerable<string> choices)
    {
        var nearest = choices.Select(choice => (choice, Distance(word.ToLowerInvariant(), choice.ToLowerInvariant())))
            .Where(c => c.Item2 <= Farthest).OrderBy(c => c.Item2).Select(c => c.choice).FirstOrDefault();
        return nearest is null ? "" : $" (did you mean '{nearest}'?)";
    }

    // How many characters must be put in, left out or replaced.
    private static int Distance(string a, string b)
    {
        if (a.Length > LongestWord || Math.Abs(a.Length - b.Length) > Farthest) return int.MaxValue;

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1));
                corner = above;
            }
        }
        return row[b.Length];
    }
}
