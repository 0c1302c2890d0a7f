using System.Text;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Fields with commas between them, as Docker's options have them: a field in double quotes may hold commas, and quotes twice.</summary>
internal static class CsvFields
{
    /// <summary>The fields, or <c>null</c> when a quote is not closed or stands where none may.</summary>
    public static IReadOnlyList<string>? Split(string text)
    {
        var fields = new List<string>();
        for (var at = 0; ; at++)
        {
            if ((at < text.Length && text[at] == '"' ? Quoted(text, ref at) : Plain(text, ref at)) is not { } field) return null;
            fields.Add(field);
            if (at == text.Length) return fields;
        }
    }

    private static string? Plain(string text, ref int at)
    {
        var (start, end) = (at, text.IndexOf(',', at));
        at = end < 0 ? text.Length : end;
        return text[start..at] is var field && field.Contains('"', StringComparison.Ordinal) ? null : field;
    }

    private static string? Quoted(string text, ref int at)
    {
        var field = new StringBuilder();
        while (text.IndexOf('"', at + 1) is > 0 and var end)
        {
            field.Append(text, at + 1, end - at - 1);
            at = end + 1;
            if (at == text.Length || text[at] == ',') return field.ToString();
            if (text[at] != '"') return null;
            field.Append('"');
        }
        return null;
    }
}
