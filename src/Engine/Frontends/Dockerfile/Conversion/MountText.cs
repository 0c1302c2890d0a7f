using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>The value of a <c>--mount</c> before it is understood: <c>key=value</c> pairs with commas between them, as a line of CSV.</summary>
internal static class MountText
{
    /// <summary>What <c>from</c> says, or empty. It is needed before variables are known, and has none.</summary>
    public static string From(string text) =>
        Fields(text).LastOrDefault(f => f.StartsWith("from=", StringComparison.OrdinalIgnoreCase))?["from=".Length..] ?? "";

    private static List<string> Fields(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        foreach (var c in text)
        {
            if (c == '"') isQuoted = !isQuoted;
            if (c == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
                continue;
            }
            if (c != '"') field.Append(c);
        }
        fields.Add(field.ToString());
        return fields;
    }
}
