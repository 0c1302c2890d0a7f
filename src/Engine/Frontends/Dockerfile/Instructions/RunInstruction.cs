namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>RUN</c>.</summary>
public sealed record RunInstruction : Instruction
{
    public required CommandLine Command { get; init; }

    public IReadOnlyList<Heredoc> Heredocs { get; init; } = [];

    /// <summary>The values of <c>--mount</c>, not expanded; <see cref="MountFlag.TryParse(string, Func{string, string}, out string?)"/> reads one.</summary>
    public IReadOnlyList<string> Mounts { get; init; } = [];

    /// <summary><c>default</c>, <c>none</c>, <c>host</c>, or <c>null</c>.</summary>
    public string? Network { get; init; }

    /// <summary><c>sandbox</c>, <c>insecure</c>, or <c>null</c>.</summary>
    public string? Security { get; init; }

    /// <summary>The values of <c>--device</c>.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];
}
