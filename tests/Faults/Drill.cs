namespace MsBuildKit.Faults;

/// <summary>One kind of fault, inflicted many times on what we ship, and the promise that must hold all the same.</summary>
internal abstract class Drill
{
    /// <summary>What <c>eng/faults.sh</c> calls it.</summary>
    public abstract string Name { get; }

    /// <summary>What is promised, as the release table says it.</summary>
    public abstract string Promise { get; }

    /// <summary>Inflicts the fault. A promise that does not hold is told in the result; only a fault of the drill itself throws.</summary>
    public abstract Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken);

    /// <summary>What a process does that the drill started as <c>faults child NAME ARGUMENTS</c>, to be harmed; returns its exit code.</summary>
    public virtual Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"'{Name}' has no child processes.");
}
