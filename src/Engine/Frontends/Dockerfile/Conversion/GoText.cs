using System.Globalization;
using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Values as Go prints them, which is how they stand in histories of images.</summary>
internal static class GoText
{
    private static readonly (long Nanoseconds, string Unit)[] s_small = [(1_000_000, "ms"), (1_000, "µs"), (1, "ns")];

    /// <summary><c>[a b]</c>.</summary>
    public static string List(IEnumerable<string> words) => $"[{string.Join(' ', words)}]";

    /// <summary><c>["a" "b"]</c>.</summary>
    public static string QuotedList(IEnumerable<string> words) => List(words.Select(Quote));

    /// <summary>A duration such as <c>1m30s</c>.</summary>
    public static string Duration(long nanoseconds)
    {
        if (nanoseconds == 0) return "0s";
        if (nanoseconds < 0) return "-" + Duration(-nanoseconds);
        if (nanoseconds < 1_000_000_000)
        {
            var (size, unit) = s_small.First(u => nanoseconds >= u.Nanoseconds);
            return Number((decimal)nanoseconds / size) + unit;
        }
        var minutes = nanoseconds / 60_000_000_000;
        var seconds = Number((decimal)(nanoseconds % 60_000_000_000) / 1_000_000_000) + "s";
        if (minutes == 0) return seconds;
        var hours = minutes / 60;
        return hours == 0 ? $"{minutes}m{seconds}" : $"{hours}h{minutes % 60}m{seconds}";
    }

    private static string Number(decimal value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes()) quoted.Append(Escape(rune));
        return quoted.Append('"').ToString();
    }

    private static string Escape(Rune rune) => rune.Value switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\a' => "\\a",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\v' => "\\v",
        < 0x20 or 0x7f => $"\\x{rune.Value:x2}",
        _ when IsPrintable(rune) => rune.ToString(),
        <= 0xffff => $"\\u{rune.Value:x4}",
        _ => $"\\U{rune.Value:x8}",
    };

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
