using System.Globalization;
using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

/// <summary>A few lines of a Dockerfile around a place, as BuildKit shows them under an error or a warning.</summary>
public static class SourceExcerpt
{
    private const string Rule = "--------------------\n";

    /// <summary>The place, and its lines marked by <c>&gt;&gt;&gt;</c>; empty when the place is not in the text.</summary>
    /// <param name="file">The Dockerfile's path or name.</param>
    /// <param name="text">Of the Dockerfile.</param>
    /// <param name="range">The place.</param>
    public static string Of(string file, string text, TextRange range)
    {
        var lines = text.Split('\n');
        if (range.Line < 1 || range.Line > lines.Length) return "";
        var last = Math.Clamp(range.EndLine, range.Line, lines.Length);
        var around = last == range.Line ? 2 : 1;
        var shown = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{file}:{range.Line}\n")).Append(Rule);
        for (var line = Math.Max(1, range.Line - around); line <= Math.Min(lines.Length, last + around); line++)
        {
            var mark = line >= range.Line && line <= last ? ">>>" : "   ";
            shown.Append(string.Create(CultureInfo.InvariantCulture, $" {line,3} | {mark} {lines[line - 1].TrimEnd('\r')}\n"));
        }
        return shown.Append(Rule).ToString();
    }
}
