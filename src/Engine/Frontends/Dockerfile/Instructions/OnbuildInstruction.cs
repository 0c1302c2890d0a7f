namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>ONBUILD</c>: an instruction for whatever is built on the image.</summary>
public sealed record OnbuildInstruction : Instruction
{
    /// <summary>The instruction, as text for <see cref="DockerfileParser.ParseTrigger"/>, heredocs included.</summary>
    public required string Expression { get; init; }
}
