using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>The tree of an input or of an action: finished layers, or one that the next action goes on with.</summary>
internal sealed class FileResult
{
    /// <summary>Finished layers.</summary>
    /// <param name="input">The input that they lie on; -1 for none.</param>
    /// <param name="below">Those of the input.</param>
    /// <param name="own">Those on top.</param>
    public FileResult(int input, IReadOnlyList<Layer> below, IReadOnlyList<Layer> own) => (Input, Below, Own) = (input, below, own);

    public int Input { get; }

    public IReadOnlyList<Layer> Below { get; }

    public IReadOnlyList<Layer> Own { get; }

    public IReadOnlyList<Layer> Layers => [.. Below, .. Own];

    /// <summary>What is being written on top of the layers, and where it is mounted; <c>null</c> when nothing is.</summary>
    public (SnapshotDraft Draft, ITreeMount Mount)? Open { get; init; }
}
