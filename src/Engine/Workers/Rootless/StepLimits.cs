namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>How much a step may use. Nothing here needs cgroups, which an unprivileged user seldom has.</summary>
public sealed record StepLimits
{
    /// <summary>Open files of a process.</summary>
    /// <value>Default: 65,536: fewer break builds, and without a limit old programs close every number that there could be.</value>
    public long OpenFiles { get; init; } = 65_536;

    /// <summary>Processes and threads of one user of the step.</summary>
    /// <value>Default: 4,096.</value>
    public long Processes { get; init; } = 4_096;

    /// <summary>The size of <c>/dev/shm</c> in bytes.</summary>
    /// <value>Default: 64 MiB.</value>
    public long SharedMemory { get; init; } = 64 << 20;

    /// <summary>What it may write to both streams together, in bytes. More fails the step: nothing is ever left out.</summary>
    /// <value>Default: 100 MB.</value>
    public long Output { get; init; } = 100_000_000;

    /// <summary>How long it may run.</summary>
    /// <value>Default: 1 hour.</value>
    public TimeSpan Time { get; init; } = TimeSpan.FromHours(1);
}
