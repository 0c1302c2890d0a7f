using System.Text;
using System.Text.RegularExpressions;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Reads the documents that follow an instruction.</summary>
internal sealed partial class HeredocReader(SourceLines lines, FaultList faults)
{
    /// <summary>Reads what the line announces and adds it to the line.</summary>
    internal void Read(LogicalLine line)
    {
        var read = new List<Heredoc>();
        foreach (var announced in HeredocWord.AllOf(line.Text))
        {
            if (ReadContent(announced, line) is not { } content)
            {
                var at = Math.Max(line.Text.IndexOf("<<", StringComparison.Ordinal), 0);
                faults.Add(DockerfileCodes.Heredoc, $"The document '<<{announced.Name}' does not end; write a line that is '{announced.Name}' alone after it.", line.RangeOf(at, 2));
                break;
            }
            read.Add(announced with { Content = announced.StripTabs ? LeadingTabs().Replace(content, "") : content, Source = content });
        }
        line.Heredocs = read;
    }

    private string? ReadContent(Heredoc announced, LogicalLine line)
    {
        var content = new StringBuilder();
        while (lines.TryRead(out var next))
        {
            line.Range = line.Range with { EndLine = next.Number, EndColumn = Math.Max(next.Length, 1) };
            var text = lines.Of(next);
            if ((announced.StripTabs ? text.TrimStart('\t') : text).SequenceEqual(announced.Name)) return content.ToString();
            content.Append(lines.FullOf(next));
        }
        return null;
    }

    [GeneratedRegex(@"^\t+", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex LeadingTabs();
}
