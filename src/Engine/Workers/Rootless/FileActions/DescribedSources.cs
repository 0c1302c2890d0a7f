using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Inputs of file operations that are described trees and nothing else, to be copied from as they are.</summary>
internal sealed class DescribedSources(LocalContentStore store, StepContents contents)
{
    /// <summary>The input with that number is one.</summary>
    public static bool Has(RunStep step, long input) => input >= 0 && input < step.Inputs.Count && LayerBlobs.Of(step, input) is [{ IsDescribed: true }];

    /// <summary>The tree; <c>null</c> when the input is none of these, or is not to be had whole.</summary>
    public async Task<ScratchTree?> FindAsync(RunStep step, long input, CancellationToken cancellationToken) =>
        Has(step, input) && await TreeDescription.FindAsync(store, LayerBlobs.Of(step, input)[0], contents.Open, cancellationToken).ConfigureAwait(false) is { } entries ? ScratchTree.Of(entries) : null;
}
