using System.Globalization;

namespace MsBuildKit.Tool.Text;

/// <summary>Sizes as people write them. Units are powers of 1000, those with an i of 1024.</summary>
internal static class ByteSize
{
    private static readonly string[] s_units = ["B", "kB", "MB", "GB", "TB", "PB"];

    /// <summary>Three digits that count, and a unit: <c>45.1 MB</c>.</summary>
    public static string Text(long bytes)
    {
        decimal value = bytes;
        var unit = 0;
        for (; value >= 999.5m && unit < s_units.Length - 1; unit++) value /= 1000;
        var digits = unit == 0 || value >= 99.95m ? "0" : value >= 9.995m ? "0.0" : "0.00";
        return $"{value.ToString(digits, CultureInfo.InvariantCulture)} {s_units[unit]}";
    }

    /// <summary>Reads a number with an optional unit: <c>10GB</c>, <c>1.5 GiB</c>, <c>512M</c>, <c>1048576</c>.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var end = text.LastIndexOfAny("0123456789".ToCharArray()) + 1;
        if (!decimal.TryParse(text[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        if (Factor(text[end..].Trim().ToUpperInvariant()) is not { } factor || number > long.MaxValue / factor) return false;
        bytes = (long)(number * factor);
        return true;
    }

    private static long? Factor(string unit)
    {
        if (unit is "" or "B") return 1;
        var power = "KMGTP".IndexOf(unit[0], StringComparison.Ordinal) + 1;
        long step = unit[1..] is "I" or "IB" ? 1024 : 1000;
        if (power == 0 || unit[1..] is not ("" or "B" or "I" or "IB")) return null;
        return Enumerable.Repeat(step, power).Aggregate(1L, (a, b) => a * b);
    }
}
