using System.Globalization;

namespace MsBuildKit.Tool.Text;

/// <summary>Sizes of memory as Docker's options take them: every unit is a power of 1024.</summary>
internal static class MemorySize
{
    /// <summary>Reads a number with an optional unit: <c>64m</c>, <c>1.5GiB</c>, <c>1048576</c>.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var number = text.TrimEnd('b', 'B').TrimEnd('i', 'I');
        var shift = number.Length == 0 ? 0 : 10 * (1 + "kmgtp".IndexOf(char.ToLowerInvariant(number[^1]), StringComparison.Ordinal));
        if (shift > 0) number = number[..^1];
        if (!decimal.TryParse(number.TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > long.MaxValue >> shift) return false;
        bytes = (long)(value * (1L << shift));
        return true;
    }
}
