namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>EXPOSE port[-port][/protocol] ...</c>, as written.</summary>
public sealed record ExposeInstruction : Instruction
{
    public required IReadOnlyList<string> Ports { get; init; }
}
