using System.Globalization;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Durations as Go writes them: <c>1h15m30.5s</c>, <c>100ms</c>.</summary>
public static class GoDuration
{
    private static readonly Dictionary<string, decimal> s_units = new(StringComparer.Ordinal)
    {
        ["ns"] = 1, ["us"] = 1_000, ["\u00b5s"] = 1_000, ["\u03bcs"] = 1_000, ["ms"] = 1_000_000, ["s"] = 1_000_000_000, ["m"] = 60_000_000_000, ["h"] = 3_600_000_000_000,
    };

    /// <summary>A span that is not negative, or <c>null</c> for what is none.</summary>
    public static TimeSpan? ParseSpan(string text) => Parse(text) is >= 0 and var nanoseconds ? TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick) : null;

    /// <summary>Nanoseconds, or <c>null</c> for what is no duration.</summary>
    internal static long? Parse(string text)
    {
        var rest = text.AsSpan();
        var isNegative = rest.StartsWith("-");
        if (rest.StartsWith("-") || rest.StartsWith("+")) rest = rest[1..];
        if (rest is "0") return 0;
        if (rest.IsEmpty) return null;

        decimal sum = 0;
        while (!rest.IsEmpty)
        {
            if (TakePart(ref rest) is not { } part) return null;
            sum += part;
            if (sum > long.MaxValue) return null;
        }
        return (long)(isNegative ? -sum : sum);
    }

    private static decimal? TakePart(ref ReadOnlySpan<char> rest)
    {
        var length = LengthOf(rest, isNumber: true);
        var number = rest[..length];
        var unitLength = LengthOf(rest[length..], isNumber: false);
        var unit = rest.Slice(length, unitLength).ToString();
        rest = rest[(length + unitLength)..];
        if (number.Length > 25 || number is "." || !s_units.TryGetValue(unit, out var size)) return null;
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return null;
        return value > long.MaxValue / size ? null : Math.Truncate(value * size);
    }

    private static int LengthOf(ReadOnlySpan<char> text, bool isNumber)
    {
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] == '.') == isNumber) length++;
        return length;
    }
}
