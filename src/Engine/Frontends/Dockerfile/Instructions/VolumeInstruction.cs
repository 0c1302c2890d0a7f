namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>VOLUME</c>.</summary>
public sealed record VolumeInstruction : Instruction
{
    public required IReadOnlyList<string> Volumes { get; init; }
}
