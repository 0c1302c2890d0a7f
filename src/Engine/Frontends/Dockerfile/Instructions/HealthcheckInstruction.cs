namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>HEALTHCHECK</c>. Durations are nanoseconds; 0 means inherited.</summary>
public sealed record HealthcheckInstruction : Instruction
{
    /// <summary><c>NONE</c>, <c>CMD</c> with words, or <c>CMD-SHELL</c> with a text.</summary>
    public required IReadOnlyList<string> Test { get; init; }

    public long Interval { get; init; }

    public long Timeout { get; init; }

    public long StartPeriod { get; init; }

    public long StartInterval { get; init; }

    public int Retries { get; init; }
}
