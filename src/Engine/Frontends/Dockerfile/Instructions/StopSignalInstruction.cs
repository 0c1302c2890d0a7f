namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>STOPSIGNAL</c>.</summary>
public sealed record StopSignalInstruction : Instruction
{
    public required string Signal { get; init; }
}
