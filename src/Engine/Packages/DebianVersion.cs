namespace MsBuildKit.Engine.Packages;

/// <summary>Compares versions as dpkg does (Debian policy, 5.6.12).</summary>
public static class DebianVersion
{
    /// <summary>Negative, zero or positive, as <paramref name="a"/> is earlier, equal or later.</summary>
    public static int Compare(string a, string b)
    {
        var (x, y) = (Split(a), Split(b));
        if (x.Epoch != y.Epoch) return x.Epoch.CompareTo(y.Epoch);
        var upstream = ComparePart(x.Upstream, y.Upstream);
        return upstream != 0 ? upstream : ComparePart(x.Revision, y.Revision);
    }

    /// <summary>Whether <paramref name="version"/> stands in <paramref name="relation"/> (<c>&lt;&lt; &lt;= = &gt;= &gt;&gt;</c>) to <paramref name="bound"/>.</summary>
    public static bool Satisfies(string version, string relation, string bound)
    {
        var order = Compare(version, bound);
        return relation switch
        {
            "<<" => order < 0,
            "<=" or "<" => order <= 0,
            "=" => order == 0,
            ">=" or ">" => order >= 0,
            ">>" => order > 0,
            _ => false,
        };
    }

    private static (long Epoch, string Upstream, string Revision) Split(string version)
    {
        var colon = version.IndexOf(':');
        var epoch = colon > 0 && long.TryParse(version.AsSpan(0, colon), out var number) ? number : 0;
        var rest = version[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, "") : (epoch, rest[..dash], rest[(dash + 1)..]);
    }

    private static int ComparePart(string a, string b)
    {
        var (i, j) = (0, 0);
        while (i < a.Length || j < b.Length)
        {
            while ((i < a.Length && !char.IsAsciiDigit(a[i])) || (j < b.Length && !char.IsAsciiDigit(b[j])))
            {
                var difference = Order(a, i) - Order(b, j);
                if (difference != 0) return difference;
                i++;
                j++;
            }
            var number = CompareNumber(Digits(a, ref i), Digits(b, ref j));
            if (number != 0) return number;
        }
        return 0;
    }

    // A tilde sorts before the end, the end before letters, letters before all else.
    private static int Order(string text, int index)
    {
        if (index >= text.Length || char.IsAsciiDigit(text[index])) return 0;
        var c = text[index];
        if (c == '~') return -1;
        return char.IsAsciiLetter(c) ? c : c + 256;
    }

    private static ReadOnlySpan<char> Digits(string text, ref int index)
    {
        var start = index;
        while (index < text.Length && char.IsAsciiDigit(text[index])) index++;
        return text.AsSpan(start, index - start).TrimStart('0');
    }

    private static int CompareNumber(ReadOnlySpan<char> a, ReadOnlySpan<char> b) =>
        a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);
}
