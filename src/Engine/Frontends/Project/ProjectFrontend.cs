using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>Translates a project's image into a graph: its layers merged onto its base.</summary>
public static class ProjectFrontend
{
    /// <summary>The graph's result; scratch when the base is scratch and there are no files.</summary>
    /// <param name="baseState">What the image stands on.</param>
    /// <param name="layers">From <see cref="LayerPlan"/>.</param>
    /// <param name="sourceDateEpoch">Seconds that stand for the time of every file.</param>
    public static LlbState Translate(LlbState baseState, IReadOnlyList<ProjectLayer> layers, long sourceDateEpoch) =>
        LlbState.Merge("put the image together", [baseState, .. layers.Select(l => Copy(l, sourceDateEpoch))]);

    private static LlbState Copy(ProjectLayer layer, long sourceDateEpoch) => LlbState.Scratch.File(
        layer.Title,
        FileStep.CopyContents(LlbState.Local(layer.Tree.Name, Describe(layer.Tree)), "/", "/", sourceDateEpoch * 1_000_000_000));

    private static string Describe(LocalTree tree) => $"read {tree.Files.Count} files of {tree.Name}";
}
