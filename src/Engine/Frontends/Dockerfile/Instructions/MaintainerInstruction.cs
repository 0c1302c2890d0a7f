namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>MAINTAINER</c>, which is deprecated.</summary>
public sealed record MaintainerInstruction : Instruction
{
    public required string Maintainer { get; init; }
}
