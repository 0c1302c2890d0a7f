using System.Globalization;

namespace MsBuildKit.Benchmarks.Measuring;

/// <summary>Rows for docs/performance.md.</summary>
internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>This table with the rows of another of the same columns.</summary>
    public MarkdownTable Append(MarkdownTable other)
    {
        _rows.AddRange(other._rows);
        return this;
    }

    public override string ToString() => string.Concat(
        [Line(columns), Line([.. columns.Select(_ => "---")]), .. _rows.Select(Line)]);

    public static string Seconds(double seconds) => seconds.ToString("0.00", CultureInfo.InvariantCulture);

    public static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture) + "x";

    public static string Megabytes(double bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Line(string[] cells) => $"| {string.Join(" | ", cells)} |\n";
}
