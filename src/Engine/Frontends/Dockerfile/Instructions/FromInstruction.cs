namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary><c>FROM [--platform=...] image [AS name]</c>.</summary>
public sealed record FromInstruction : Instruction
{
    /// <summary>An image, a stage, a named context or <c>scratch</c>.</summary>
    public required string Image { get; init; }

    public TextRange ImageRange { get; init; }

    /// <summary>The stage's name as written, or <c>null</c>. Names differ without regard to case.</summary>
    public string? StageName { get; init; }

    public TextRange StageNameRange { get; init; }

    /// <summary>The word before the name as written (<c>AS</c>, <c>as</c>), or <c>null</c>.</summary>
    public string? AsKeyword { get; init; }

    public string? Platform { get; init; }
}
