using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
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
                SourceExcerpt.Write(output, file, text, fault.Range.Line, fault.Range.EndLine);
                output.WriteLine($"error {fault.Code}: {Printable.Text(fault.Message)}");
            }
            return;
        }
        if (error.Position is { Line: > 0 } place && place.File == file) SourceExcerpt.Write(output, file, text, place.Line, SourceExcerpt.EndOf(text, place.Line));
        output.WriteLine($"error {error.Code}: {error.Message}");
    }
}
