using System.Globalization;
using System.Text;

namespace MsBuildKit.Faults;

/// <summary>The table that <c>docs/reliability.md</c> shows, between two marks that the rest of the text stands around.</summary>
internal static class ReleaseTable
{
    private const string Begin = "<!-- figures -->", End = "<!-- end of figures -->";

    public static string Write(IReadOnlyList<(Drill Drill, DrillResult Result, TimeSpan Elapsed)> rows)
    {
        var text = new StringBuilder("| promise | figure | held | again with |\n|---|---|---|---|\n");
        foreach (var (drill, result, elapsed) in rows)
            text.Append(CultureInfo.InvariantCulture, $"| {drill.Promise} | {result.Figure} ({elapsed.TotalSeconds:F0} s) | {(result.Held ? "yes" : "**no**")} | `eng/faults.sh full {drill.Name}` |\n");
        return text.ToString();
    }

    /// <summary>Puts the table into the document at <paramref name="path"/>.</summary>
    public static void Replace(string path, string table)
    {
        var text = File.ReadAllText(path);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin) throw new InvalidDataException($"'{path}' lacks the marks '{Begin}' and '{End}'.");
        File.WriteAllText(path, $"{text[..begin]}{Begin}\n\n{table}\n{text[end..]}");
    }
}
