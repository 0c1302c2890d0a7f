namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>ENTRYPOINT</c>.</summary>
public sealed record EntrypointInstruction : Instruction
{
    public required CommandLine Command { get; init; }
}
