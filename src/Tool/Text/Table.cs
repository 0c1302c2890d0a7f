namespace MsBuildKit.Tool.Text;

/// <summary>Columns for people: as wide as their longest cell, two spaces apart. A heading that starts with '&gt;' is set to the right.</summary>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> _rows = [[.. headings.Select(h => h.TrimStart('>'))]];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter output, string indent = "")
    {
        var widths = headings.Select((_, c) => _rows.Max(r => r[c].Length)).ToList();
        foreach (var row in _rows)
        {
            var cells = row.Select((cell, c) => headings[c].StartsWith('>') ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c]));
            output.WriteLine((indent + string.Join("  ", cells)).TrimEnd());
        }
    }
}
