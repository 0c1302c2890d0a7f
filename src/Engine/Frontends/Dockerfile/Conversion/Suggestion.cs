namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>What somebody may have meant.</summary>
internal static class Suggestion
{
    // Names that differ by more are other names.
    private const int Nearest = 3;

    /// <summary>The name that is nearest to <paramref name="text"/>, or <c>null</c> when none is near or it is one of them.</summary>
    public static string? For(string text, IEnumerable<string> names)
    {
        string? best = null;
        var nearest = Nearest;
        foreach (var name in names)
        {
            if (name == text) return null;
            if (Math.Abs(name.Length - text.Length) >= nearest) continue;
            var distance = Distance(text, name);
            if (distance >= nearest) continue;
            (best, nearest) = (name, distance);
        }
        return best;
    }

    /// <summary><c> (did you mean 'x'?)</c>, or nothing.</summary>
    public static string Hint(string text, IEnumerable<string> names) => For(text, names) is { } name ? $" (did you mean '{name}'?)" : "";

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (row[j], diagonal) = (Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)), row[j]);
        }
        return row[b.Length];
    }
}
