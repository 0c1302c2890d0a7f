using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Finds what else is looked through for an SBOM: stages and the build context, where arguments say so (<c>BUILDKIT_SBOM_SCAN_STAGE</c>, <c>BUILDKIT_SBOM_SCAN_CONTEXT</c>).</summary>
internal static class ScanTargets
{
    private const string ScanContext = "BUILDKIT_SBOM_SCAN_CONTEXT", ScanStage = "BUILDKIT_SBOM_SCAN_STAGE", Context = "context";

    /// <summary>The trees by what people know them by, besides the target's own.</summary>
    /// <param name="scope">What is converted.</param>
    /// <param name="target">The stage that becomes the image.</param>
    /// <param name="needed">All that it needs.</param>
    /// <param name="context">The build context.</param>
    public static IReadOnlyDictionary<string, LlbState> Find(ConversionScope scope, StageNode target, IEnumerable<StageNode> needed, LlbState context)
    {
        var targets = new SortedDictionary<string, LlbState>(StringComparer.Ordinal);
        if (IsWanted(scope, target, ScanContext)) targets[Context] = context;
        foreach (var stage in needed.Where(s => s != target && s.From is not null && IsWanted(scope, s, ScanStage))) targets[stage.Title] = stage.Tree;
        return targets;
    }

    // What a stage says last counts; one that says nothing is as the whole Dockerfile.
    private static bool IsWanted(ConversionScope scope, StageNode stage, string argument)
    {
        var value = stage.Args.LastOrDefault(a => a.Key == argument && a.Value is not null)?.Value ?? scope.Globals.Variables.Find(argument) ?? "";
        return GoBoolean.Parse(value) ?? value.Split(',').Contains(stage.Title);
    }
}
