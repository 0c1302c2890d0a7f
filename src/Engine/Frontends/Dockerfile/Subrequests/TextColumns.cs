using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary>Rows whose cells are as wide as the longest of their column and a gap, all but the last, as the programs of BuildKit print them.</summary>
internal sealed class TextColumns(int gap)
{
    private readonly List<string[]> _rows = [];

    public TextColumns Add(params string[] cells)
    {
        _rows.Add([.. cells.Select(c => c.ReplaceLineEndings(" ").Replace('\t', ' '))]);
        return this;
    }

    public void Write(StringBuilder text)
    {
        foreach (var row in _rows)
        {
            for (var column = 0; column < row.Length - 1; column++)
                text.Append(row[column].PadRight(_rows.Max(r => r[column].Length) + gap));
            text.Append(row[^1]).Append('\n');
        }
    }
}
