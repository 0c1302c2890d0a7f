namespace MsBuildKit.Engine.Diagnostics;

/// <summary>The name that somebody may have meant who wrote one that is not there.</summary>
public static class NearestName
{
    private const int Farthest = 2;
    private const int Longest = 256;

    /// <summary>The name that is at most two letters away (put in, left out, or another), the first of the nearest; <c>null</c> when there is none,
    /// or when the name itself is among them, so that the fault lies elsewhere.</summary>
    /// <param name="name">As it was written.</param>
    /// <param name="names">Those that there are.</param>
    /// <param name="ignoreCase">A letter in the other case is none that differs.</param>
    public static string? Find(string name, IEnumerable<string> names, bool ignoreCase = false)
    {
        if (name.Length is 0 or > Longest) return null;
        string? nearest = null;
        var best = Farthest + 1;
        foreach (var candidate in names)
        {
            if (candidate == name) return null;
            var distance = Distance(name, candidate, ignoreCase);
            // With no letter in common one name says nothing of the other.
            if (distance >= best || distance >= Math.Max(name.Length, candidate.Length)) continue;
            (nearest, best) = (candidate, distance);
        }
        return nearest;
    }

    /// <summary>A sentence's end that offers the name: <c> (did you mean x?)</c>, or nothing.</summary>
    public static string Suggest(string name, IEnumerable<string> names, bool ignoreCase = false) =>
        Find(name, names, ignoreCase) is { } nearest ? $" (did you mean {nearest}?)" : "";

    private static int Distance(string a, string b, bool ignoreCase)
    {
        if (Math.Abs(a.Length - b.Length) > Farthest) return Farthest + 1;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            var least = row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (Same(a[i - 1], b[j - 1], ignoreCase) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
                least = Math.Min(least, row[j]);
            }
            if (least > Farthest) return least;
        }
        return row[^1];
    }

    private static bool Same(char a, char b, bool ignoreCase) => a == b || (ignoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b));
}
