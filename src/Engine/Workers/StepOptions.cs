using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>How steps run and what is made of what they leave.</summary>
public sealed record StepOptions
{
    /// <summary>How their layers are written.</summary>
    public required LayerOptions Layers { get; init; }

    /// <summary>Seconds of the Unix epoch: no time in their layers is later.</summary>
    public required long SourceDateEpoch { get; init; }

    /// <summary>What is copied of a source keeps its time, also when it is later.</summary>
    public bool KeepsTimes { get; init; }

    /// <summary>The files of a step that fails stay in the store, to be entered.</summary>
    public bool KeepFailed { get; init; }

    /// <summary>What an operation left that fails is told with its failure (<see cref="WorkerException.Trees"/>).</summary>
    public bool GivesFailed { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}
