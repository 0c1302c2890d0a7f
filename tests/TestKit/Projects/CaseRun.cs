using Microsoft.Build.Logging.StructuredLogger;

namespace MsBuildKit.TestKit.Projects;

/// <summary>The variants of a project, built one after another in one process.</summary>
public sealed class CaseRun(BuildRun run, string projectDirectory)
{
    /// <summary>The errors of a variant, by the property that all its builds have.</summary>
    public IReadOnlyList<Error> Errors(string name) => [.. run.Errors.Where(e => IsOf(e, name))];

    public IReadOnlyList<string> ErrorCodes(string name) => [.. Errors(name).Select(e => e.Code ?? "")];

    public IReadOnlyList<Warning> Warnings(string name) => [.. run.Warnings.Where(w => IsOf(w, name))];

    /// <summary>What a variant's target <c>Report</c> said.</summary>
    public string Report(string name) =>
        run.Output.Split('\n').Select(l => l.Trim()).Single(l => l.StartsWith($"REPORT {name}|", StringComparison.Ordinal))[$"REPORT {name}|".Length..];

    public LayoutView Layout(string name) => new(Path.Combine(projectDirectory, "bin/cases", name));

    private static bool IsOf(TreeNode node, string name)
    {
        for (var project = node.GetNearestParent<Project>(); project is not null; project = project.GetNearestParent<Project>())
            if (project.GlobalProperties.TryGetValue("Case", out var value) && value == name)
                return true;
        return false;
    }
}
