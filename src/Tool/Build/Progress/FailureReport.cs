using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>Says why a build failed: what the step printed last, where it stands, and the error.</summary>
internal sealed class FailureReport(TextWriter output, string file, string text)
{
    private const string Rule = "------";

    /// <summary>Writes it.</summary>
    /// <param name="error">What ended the build.</param>
    /// <param name="failed">Steps that failed, with their last lines.</param>
    public void Write(BuildException error, IEnumerable<(string Name, IReadOnlyCollection<string> Lines)> failed)
    {
        foreach (var (name, lines) in failed)
        {
            output.WriteLine(Rule);
            output.WriteLine($" > {name}:");
            foreach (var line in lines) output.WriteLine(line);
            output.WriteLine(Rule);
        }
        if (error is DockerfileException broken)
        {
            foreach (var fault in broken.Faults)
            {
                Show(fault.Range);
                output.WriteLine($"error {fault.Code}: {Printable.Text(fault.Message)}");
            }
            return;
        }
        if (error.Position is { Line: > 0 } place && place.File == file) Show(new TextRange(place.Line, 0, EndOf(place.Line), 0));
        output.WriteLine($"error {error.Code}: {error.Message}");
    }

    // The Dockerfile may be somebody else's.
    private void Show(TextRange range)
    {
        foreach (var line in SourceExcerpt.Of(file, text, range).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            output.WriteLine(Printable.Text(line.Replace('\t', ' ')).TrimEnd());
    }

    // A line that ends in the escape character goes on.
    private int EndOf(int first)
    {
        var lines = text.Split('\n');
        var last = first;
        while (last < lines.Length && lines[last - 1].TrimEnd() is [.., '\\' or '`']) last++;
        return last;
    }
}
