using System.Globalization;
using System.Text;
using Microsoft.Build.Framework;

namespace MsBuildKit.Tasks;

/// <summary>Metadata that holds several values with <c>;</c> between them. MSBuild does not split metadata, so that is done here, before escapes
/// are undone: <c>%3B</c> is a <c>;</c> inside of a value.</summary>
internal static class MetadataList
{
    /// <summary>The values, without the space around them; empty ones are passed over.</summary>
    public static IReadOnlyList<string> Of(ITaskItem item, string name) => item is ITaskItem2 escaped
        ? [.. Split(escaped.GetMetadataValueEscaped(name)).Select(Unescape)]
        : Split(item.GetMetadata(name));

    private static string[] Split(string? text) => (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Unescape(string text)
    {
        var whole = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
            if (text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                whole.Append((char)code);
                i += 2;
            }
            else
            {
                whole.Append(text[i]);
            }
        return whole.ToString();
    }
}
