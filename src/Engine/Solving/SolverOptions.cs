using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Solving;

/// <summary>How a <see cref="Solver{TResult}"/> works.</summary>
public sealed record SolverOptions
{
    /// <summary>Measures steps.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>How many vertices run at once.</summary>
    /// <value>Default: 2.</value>
    public int Slots { get; init; } = 2;

    /// <summary>Slots that several solvers share, instead of <see cref="Slots"/> of its own; <c>null</c> for none.</summary>
    public SemaphoreSlim? Shared { get; init; }

    /// <summary>Who is told what happens, or <c>null</c>.</summary>
    public IProgress<BuildEvent>? Progress { get; init; }

    /// <summary>Caches from elsewhere, or <c>null</c>.</summary>
    public ICacheImport? Imports { get; init; }
}
