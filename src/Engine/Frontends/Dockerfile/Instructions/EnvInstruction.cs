namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>ENV key=value ...</c>, or <c>ENV key value</c>.</summary>
public sealed record EnvInstruction : Instruction
{
    public required IReadOnlyList<KeyValue> Pairs { get; init; }
}
