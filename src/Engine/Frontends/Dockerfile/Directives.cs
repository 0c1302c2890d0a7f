namespace MsBuildKit.Engine.Frontends.Dockerfile;

/// <summary>The parser directives at the top of a Dockerfile (<c># syntax=</c>, <c># escape=</c>, <c># check=</c>).</summary>
public sealed record Directives
{
    /// <summary>What <c># syntax=</c> names, or <c>null</c>.</summary>
    public string? Syntax { get; init; }

    /// <summary>The same with all that stands behind the name, or <c>null</c>.</summary>
    public string? SyntaxCommand { get; init; }

    public TextRange SyntaxRange { get; init; }

    /// <value>Default: <c>\</c>; the other choice is <c>`</c>.</value>
    public char Escape { get; init; } = '\\';

    /// <summary>What <c># check=</c> says, or <c>null</c>.</summary>
    public CheckDirective? Check { get; init; }
}

/// <summary>Which checks are left out and whether warnings fail the build.</summary>
/// <param name="Skip">Names of rules; <c>all</c> for every one.</param>
/// <param name="Error">Whether a warning fails the build.</param>
/// <param name="Experimental">Names of experimental rules that are on; <c>all</c> for every one.</param>
public sealed record CheckDirective(IReadOnlyList<string> Skip, bool Error, IReadOnlyList<string> Experimental);
