namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary>One instruction of a Dockerfile. Variables in its values are not expanded.</summary>
public abstract record Instruction
{
    /// <summary>The keyword in lower case, such as <c>copy</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The keyword as it is written.</summary>
    public required string Keyword { get; init; }

    /// <summary>The whole instruction as one line: continuations joined, comments left out, heredocs not included; what people are shown
    /// of it, as BuildKit names vertices.</summary>
    public required string Text { get; init; }

    /// <summary>All of it, heredocs included.</summary>
    public required TextRange Range { get; init; }

    /// <summary>The comment lines directly above it, without <c>#</c>.</summary>
    public IReadOnlyList<string> Comments { get; init; } = [];

    /// <summary>Rules that a <c># check=skip=</c> comment above it turns off for it; <c>all</c> for every one.</summary>
    public IReadOnlyList<string> SkippedChecks { get; init; } = [];
}
