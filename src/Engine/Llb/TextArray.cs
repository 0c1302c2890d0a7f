using System.Globalization;
using System.Text;

namespace MsBuildKit.Engine.Llb;

/// <summary>Lists of texts in an attribute: JSON with the escapes of Go's encoder, as the digest of an operation depends on each of its bytes.</summary>
internal static class TextArray
{
    /// <summary>The list, or nothing for an empty one.</summary>
    public static string Write(IReadOnlyList<string> items)
    {
        if (items.Count == 0) return "";
        var text = new StringBuilder();
        foreach (var item in items)
        {
            text.Append(text.Length == 0 ? "[\"" : ",\"");
            foreach (var rune in item.EnumerateRunes()) Append(text, rune);
            text.Append('"');
        }
        return text.Append(']').ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case '"' or '\\': text.Append('\\').Append((char)rune.Value); break;
            case '\b': text.Append("\\b"); break;
            case '\f': text.Append("\\f"); break;
            case '\n': text.Append("\\n"); break;
            case '\r': text.Append("\\r"); break;
            case '\t': text.Append("\\t"); break;
            case < ' ' or '<' or '>' or '&' or 0x2028 or 0x2029: text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"); break;
            default: text.Append(rune.ToString()); break;
        }
    }
}
