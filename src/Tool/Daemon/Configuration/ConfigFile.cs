using System.Globalization;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>A configuration file (TOML) as the list of its values. The tables of an array have their number as a name.</summary>
internal static class ConfigFile
{
    /// <summary>Reads a file's text.</summary>
    /// <param name="text">TOML.</param>
    /// <param name="path">For the faults.</param>
    /// <param name="faults">What is no TOML is added to them.</param>
    public static IReadOnlyList<ConfigEntry> Read(string text, string path, List<string> faults)
    {
        var document = SyntaxParser.Parse(text, path, true);
        foreach (var fault in document.Diagnostics.Where(d => d.Kind == DiagnosticMessageKind.Error))
            faults.Add($"{path}({fault.Span.Start.Line + 1},{fault.Span.Start.Column + 1}): {fault.Message}");
        if (document.HasErrors) return [];
        var entries = new List<ConfigEntry>();
        foreach (var value in document.KeyValues) Add(entries, [], value);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var table in document.Tables)
        {
            IReadOnlyList<string> key = Names(table.Name!);
            if (table is TableArraySyntax)
            {
                var name = string.Join('\n', key);
                var number = counts[name] = counts.GetValueOrDefault(name, -1) + 1;
                key = [.. key, number.ToString(CultureInfo.InvariantCulture)];
            }
            foreach (var value in table.Items) Add(entries, key, value);
        }
        return entries;
    }

    private static void Add(List<ConfigEntry> entries, IReadOnlyList<string> table, KeyValueSyntax item)
    {
        IReadOnlyList<string> key = [.. table, .. Names(item.Key!)];
        if (item.Value is InlineTableSyntax inner) foreach (var part in inner.Items) Add(entries, key, part.KeyValue!);
        else if (item.Value is ArraySyntax { Items: var items } && items.Any(i => i.Value is InlineTableSyntax))
            foreach (var (number, part) in items.Index())
                foreach (var value in (part.Value as InlineTableSyntax)?.Items ?? []) Add(entries, [.. key, number.ToString(CultureInfo.InvariantCulture)], value.KeyValue!);
        else entries.Add(new ConfigEntry(key, ValueOf(item.Value!), item.Key!.Span.Start.Line + 1, item.Key!.Span.Start.Column + 1));
    }

    private static object ValueOf(ValueSyntax value) => value switch
    {
        StringValueSyntax text => text.Value ?? "",
        IntegerValueSyntax number => number.Value,
        BooleanValueSyntax truth => truth.Value,
        ArraySyntax list => list.Items.Select(i => ValueOf(i.Value!)).ToList(),
        _ => value.ToString().Trim(),
    };

    private static List<string> Names(KeySyntax key) => [NameOf(key.Key!), .. key.DotKeys.Select(d => NameOf(d.Key!))];

    private static string NameOf(BareKeyOrStringValueSyntax name) => name switch
    {
        BareKeySyntax bare => bare.Key!.Text ?? "",
        StringValueSyntax text => text.Value ?? "",
        _ => name.ToString().Trim(),
    };
}
