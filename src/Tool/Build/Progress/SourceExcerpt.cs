using System.Globalization;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>The lines of a Dockerfile around a fault, with their numbers and a mark before those that it is about.</summary>
internal static class SourceExcerpt
{
    private const int Around = 2;

    private const string Rule = "--------------------";

    /// <param name="output">Gets it.</param>
    /// <param name="file">The name to show.</param>
    /// <param name="text">All of the file.</param>
    /// <param name="first">The first line of the fault, from 1; one that is not there shows nothing.</param>
    /// <param name="last">Its last line.</param>
    public static void Write(TextWriter output, string file, string text, int first, int last)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        if (first < 1 || first > lines.Length) return;
        output.WriteLine($"{file}:{Counts.Text(first)}");
        output.WriteLine(Rule);
        for (var number = Math.Max(1, first - Around); number <= Math.Min(lines.Length, last + Around); number++)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number,4} | {(number >= first && number <= last ? ">>>" : "   ")} {Printable.Text(lines[number - 1].Replace('\t', ' '))}").TrimEnd());
        output.WriteLine(Rule);
    }

    /// <summary>The last line of what begins at a line: lines that end in the escape character go on.</summary>
    public static int EndOf(string text, int first, char escape = '\\')
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var last = first;
        while (last >= 1 && last < lines.Length && lines[last - 1].TrimEnd().EndsWith(escape)) last++;
        return last;
    }
}
