namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>EXPOSE port[-port][/protocol] ...</c>, each as written, in the order of their text, as BuildKit has them.</summary>
public sealed record ExposeInstruction : Instruction
{
    public required IReadOnlyList<string> Ports { get; init; }
}
