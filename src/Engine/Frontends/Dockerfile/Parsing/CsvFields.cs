using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>The fields of one line of comma-separated values, some of them quoted.</summary>
public static class CsvFields
{
    /// <summary>The fields, or <c>null</c> where quotes are not where they can be.</summary>
    public static IReadOnlyList<string>? Read(string line)
    {
        var fields = new List<string>();
        var at = 0;
        while (true)
        {
            if (ReadField(line, ref at) is not { } field) return null;
            fields.Add(field);
            if (at >= line.Length) return fields;
            at++;
        }
    }

    private static string? ReadField(string line, ref int at)
    {
        if (at < line.Length && line[at] == '"') return ReadQuoted(line, ref at);

        var start = at;
        while (at < line.Length && line[at] != ',')
        {
            if (line[at++] == '"') return null;
        }
        return line[start..at];
    }

    private static string? ReadQuoted(string line, ref int at)
    {
        var field = new StringBuilder();
        for (at++; at < line.Length; at++)
        {
            if (line[at] != '"') field.Append(line[at]);
            else if (at + 1 < line.Length && line[at + 1] == '"') field.Append(line[++at]);
            else return ++at == line.Length || line[at] == ',' ? field.ToString() : null;
        }
        return null;
    }
}
