using System.Globalization;

namespace MsBuildKit.Tasks;

/// <summary>Reads the texts that MSBuild hands over.</summary>
internal static class Text
{
    /// <summary>MSBuild's notion of true and false; anything else counts as unset.</summary>
    public static bool IsOn(string text, bool byDefault) => text.ToLowerInvariant() switch
    {
        "true" or "on" or "yes" or "1" or "enable" => true,
        "false" or "off" or "no" or "0" or "disable" => false,
        _ => byDefault,
    };

    public static string? OrNull(string text) => text.Length == 0 ? null : text;

    /// <summary>A key of labels and annotations: what people can see, without spaces.</summary>
    public static bool IsKey(string text) => text.Length is > 0 and <= 1024 && text.All(IsVisible);

    /// <summary>A value that may stand in a configuration: anything but NUL and broken characters.</summary>
    public static bool IsValue(string text) => !text.Contains('\0', StringComparison.Ordinal) && IsUnicode(text);

    /// <summary>Something that may be the path of a file on this machine.</summary>
    public static bool IsPath(string text) => text.Length is > 0 and <= 4096 && IsValue(text);

    /// <summary>False for text with half a surrogate pair, which no UTF-8 can say.</summary>
    public static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
            if (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i)) return false;
        return true;
    }

    private static bool IsVisible(char c) => c > ' ' && char.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
