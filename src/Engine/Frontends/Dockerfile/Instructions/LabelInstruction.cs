namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>LABEL key=value ...</c>, or <c>LABEL key value</c>.</summary>
public sealed record LabelInstruction : Instruction
{
    public required IReadOnlyList<KeyValue> Pairs { get; init; }
}
