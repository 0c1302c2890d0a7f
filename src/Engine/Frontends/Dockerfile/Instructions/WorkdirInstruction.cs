namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>WORKDIR path</c>.</summary>
public sealed record WorkdirInstruction : Instruction
{
    public required string Path { get; init; }
}
