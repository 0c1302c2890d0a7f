namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>SHELL ["program", "argument"]</c>.</summary>
public sealed record ShellInstruction : Instruction
{
    public required IReadOnlyList<string> Shell { get; init; }
}
