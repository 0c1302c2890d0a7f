using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Turns what a user wrote into graphs: one for each thing that people write.</summary>
internal interface IBuildPlanner
{
    /// <summary>Finds what the images stand on, and translates.</summary>
    Task<PlannedBuild> PlanAsync(CancellationToken cancellationToken);

    /// <summary>Who tells what the images are, once they are made.</summary>
    /// <param name="trees">What the session lent.</param>
    /// <param name="pins">What other sources turned out to be.</param>
    IImageDescriber CreateDescriber(LentTrees trees, SourcePins pins);
}
