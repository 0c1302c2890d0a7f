using System.Globalization;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Sizes as Docker writes them: <c>64m</c>, <c>1.5 GiB</c>; every unit counts in powers of 1024.</summary>
public static class ByteCount
{
    private const string Units = "kmgtp";

    /// <summary>Bytes, or <c>null</c> for what is no size.</summary>
    public static long? Parse(string text)
    {
        var end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        if (end < text.Length && end > 0 && text[end] == '.') end++;
        var unit = text[end..].TrimStart(' ').ToLowerInvariant();
        if (end == 0 || !decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
        if (FactorOf(unit) is not { } factor || number > long.MaxValue / factor) return null;
        return (long)(number * factor);
    }

    private static decimal? FactorOf(string unit)
    {
        if (unit is "" or "b") return 1;
        var power = Units.IndexOf(unit[0]) + 1;
        return power > 0 && unit[1..] is "" or "b" or "ib" ? (decimal)Math.Pow(1024, power) : null;
    }
}
