using System.Text.Json;
using System.Text.RegularExpressions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Reads the directives at the top: <c># syntax=</c>, <c># escape=</c>, <c># check=</c>.</summary>
internal sealed partial class DirectiveReader(string text, FaultList faults)
{
    private readonly HashSet<int> _lines = [];

    /// <summary>Whether the line of this number is a directive.</summary>
    internal bool IsDirective(int line) => _lines.Contains(line);

    internal Directives Read()
    {
        var found = new Dictionary<string, Found>(StringComparer.Ordinal);
        // A line for a shell goes before those that name a syntax and checks; the escape character is set by the first lines alone.
        var hasShebang = text.AsSpan().TrimStart('\uFEFF').StartsWith("#!");
        ReadLines("#", hasShebang ? 1 : 0, found, isReported: true);
        if (hasShebang) found.Remove("escape");

        var syntax = found.TryGetValue("syntax", out var named) && named.IsAtMargin ? named : FindForeignSyntax(hasShebang);
        return new Directives
        {
            Syntax = syntax?.Value.Split(' ')[0],
            SyntaxCommand = syntax?.Value,
            SyntaxRange = syntax?.Range ?? default,
            Escape = found.TryGetValue("escape", out var escape) ? EscapeOf(escape) : '\\',
            Check = found.TryGetValue("check", out var check) && check.IsAtMargin ? CheckOf(check) : null,
        };
    }

    private void ReadLines(string sign, int skipped, Dictionary<string, Found> found, bool isReported)
    {
        var lines = new SourceLines(text);
        while (lines.TryRead(out var line))
        {
            if (line.Number <= skipped) continue;

            var written = lines.Of(line).ToString();
            var match = Shape().Match(written);
            if (!match.Success || match.Groups["sign"].Value != sign) return;

            var (name, value) = (match.Groups["name"].Value.ToLowerInvariant(), match.Groups["value"]);
            if (name is not ("syntax" or "escape" or "check")) return;
            if (isReported) _lines.Add(line.Number);

            var range = new TextRange(line.Number, value.Index + 1, line.Number, value.Index + value.Length);
            if (found.TryAdd(name, new Found(value.Value, range, match.Groups["sign"].Index == 0)) || !isReported) continue;
            faults.Add(DockerfileCodes.Directive, $"The directive '{name}' stands more than once; leave one.", range with { Column = match.Groups["name"].Index + 1 });
        }
    }

    // Files in other languages name their syntax in comments of their own, or as JSON.
    private Found? FindForeignSyntax(bool hasShebang)
    {
        var found = new Dictionary<string, Found>(StringComparer.Ordinal);
        ReadLines("//", hasShebang ? 1 : 0, found, isReported: false);
        if (found.TryGetValue("syntax", out var named)) return named;

        var first = hasShebang ? text[(text.IndexOf('\n') + 1)..] : text.TrimStart('\uFEFF');
        if (!first.AsSpan().TrimStart().StartsWith("{")) return null;
        try
        {
            using var document = JsonDocument.Parse(first);
            var line = hasShebang ? 2 : 1;
            return document.RootElement.TryGetProperty("syntax", out var syntax) && syntax.ValueKind == JsonValueKind.String
                ? new Found(syntax.GetString()!, new TextRange(line, 1, line, 1), IsAtMargin: true) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private char EscapeOf(Found found)
    {
        if (found.Value is "\\" or "`") return found.Value[0];
        faults.Add(DockerfileCodes.Directive, $"The escape character cannot be '{FaultList.Short(found.Value)}'; use \\ or `.", found.Range);
        return '\\';
    }

    private CheckDirective? CheckOf(Found found)
    {
        if (CheckOptions.Parse(found.Value.Split(' ')[0], out var fault) is { } check) return check;
        faults.Add(DockerfileCodes.Directive, $"The directive 'check' {fault}; write it as skip=Rule,Rule;error=true;experimental=Rule.", found.Range);
        return null;
    }

    [GeneratedRegex(@"^\s*(?<sign>#|//)\s*(?<name>[a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(?<value>\S|\S.*\S)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    private sealed record Found(string Value, TextRange Range, bool IsAtMargin);
}
