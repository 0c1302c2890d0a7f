using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile;

/// <summary>A Dockerfile, understood as far as it can be without building: no variable is expanded.</summary>
public sealed record ParsedDockerfile
{
    /// <summary>The path or name that errors and warnings carry.</summary>
    public required string File { get; init; }

    /// <summary>The text as it was given.</summary>
    public required string Text { get; init; }

    public required Directives Directives { get; init; }

    /// <summary>The <c>ARG</c>s before the first <c>FROM</c>.</summary>
    public required IReadOnlyList<ArgInstruction> GlobalArgs { get; init; }

    /// <summary>In order.</summary>
    public required IReadOnlyList<Stage> Stages { get; init; }

    /// <summary>All that is wrong; empty for a Dockerfile that can be converted.</summary>
    public required IReadOnlyList<DockerfileFault> Faults { get; init; }

    /// <summary>The last lines of instructions in which a continued line is followed by an empty one, one for each, where BuildKit's check points.</summary>
    public IReadOnlyList<TextRange> EmptyContinuations { get; init; } = [];

    /// <summary>Throws what is wrong, all at once.</summary>
    public ParsedDockerfile OrThrow() => Faults.Count == 0 ? this : throw new DockerfileException(File, Faults);
}
