namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>COPY</c>.</summary>
public sealed record CopyInstruction : TransferInstruction
{
    /// <summary>A stage, an image, a named context or a stage's number; <c>null</c> for the build context.</summary>
    public string? From { get; init; }

    /// <summary><c>--parents</c>.</summary>
    public bool Parents { get; init; }
}
