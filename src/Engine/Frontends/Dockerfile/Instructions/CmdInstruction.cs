namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>CMD</c>.</summary>
public sealed record CmdInstruction : Instruction
{
    public required CommandLine Command { get; init; }
}
