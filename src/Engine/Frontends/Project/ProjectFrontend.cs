using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>Translates a project's image into a graph: its base, the steps that run on it, its layers merged onto that, and the steps that run
/// on the whole.</summary>
public static class ProjectFrontend
{
    /// <summary>The graph's result; scratch when the base is scratch and there are neither files nor steps.</summary>
    /// <param name="ground">What the image stands on.</param>
    /// <param name="image">Whose steps are run.</param>
    /// <param name="layers">From <see cref="LayerPlan"/>.</param>
    /// <param name="sourceDateEpoch">Seconds that stand for the time of every file.</param>
    public static LlbState Translate(ProjectGround ground, ProjectImage image, IReadOnlyList<ProjectLayer> layers, long sourceDateEpoch)
    {
        var whole = LlbState.Merge("put the image together", [BaseStage(ground, image, sourceDateEpoch), .. layers.Select(l => Copy(l, sourceDateEpoch))]);
        return new StepTranslator(ground, image, sourceDateEpoch).Run(whole, StepStage.App);
    }

    /// <summary>The base after the steps of <see cref="StepStage.Base"/>: the base itself where there are none. Its users are those whom the
    /// image's user and the owners of files can be; the operations are those of <see cref="Translate"/>, so solving both runs nothing twice.</summary>
    public static LlbState BaseStage(ProjectGround ground, ProjectImage image, long sourceDateEpoch) =>
        new StepTranslator(ground, image, sourceDateEpoch).Run(ground.State, StepStage.Base);

    private static LlbState Copy(ProjectLayer layer, long sourceDateEpoch) => LlbState.Scratch.File(
        layer.Title,
        FileStep.CopyContents(LlbState.Local(layer.Tree.Name, Describe(layer.Tree)), "/", "/", sourceDateEpoch * 1_000_000_000));

    private static string Describe(LocalTree tree) => $"read {tree.Files.Count} files of {tree.Name}";
}
