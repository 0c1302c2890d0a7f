namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>USER user[:group]</c>.</summary>
public sealed record UserInstruction : Instruction
{
    public required string User { get; init; }
}
