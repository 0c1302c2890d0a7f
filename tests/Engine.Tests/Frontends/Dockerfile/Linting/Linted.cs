using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Linting;

/// <summary>What the checks find in a text.</summary>
internal static class Linted
{
    private static readonly Dictionary<string, string> s_noArgs = [];

    public static LintReport Report(string text, IReadOnlyDictionary<string, string>? buildArgs = null)
    {
        var file = DockerfileParser.Parse(text, "Dockerfile").OrThrow();
        var report = LintReport.Of(file, buildArgs ?? s_noArgs);
        DockerfileLinter.Check(file, report);
        return report;
    }

    /// <summary>Each as <c>line rule</c>.</summary>
    public static IReadOnlyList<string> Lines(string text) => [.. Report(text).Warnings.Select(w => $"{w.Range.Line} {w.Rule.Name}")];
}
