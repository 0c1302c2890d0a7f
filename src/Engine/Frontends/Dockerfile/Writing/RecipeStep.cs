using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Writing;

/// <summary>A command that runs while the image is built.</summary>
public sealed record RecipeStep
{
    /// <summary>Letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Text for the image's shell.</summary>
    public required string Command { get; init; }

    public StepStage Stage { get; init; }

    /// <value>Default: empty, which is root.</value>
    public string User { get; init; } = "";

    /// <summary>Absolute, or <c>null</c> for <c>/</c> before the application's files and the image's working directory after them.</summary>
    public string? WorkingDirectory { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Caches, memory and <see cref="RecipeBind"/>s.</summary>
    public IReadOnlyList<StepMount> Mounts { get; init; } = [];

    public IReadOnlyList<StepSecret> Secrets { get; init; } = [];

    public IReadOnlyList<string> Ssh { get; init; } = [];

    public StepNetwork Network { get; init; }

    /// <summary>Such as <c>linux/amd64</c>; empty for all.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];
}

/// <summary>Files that a step sees.</summary>
/// <param name="Target">Absolute in the image.</param>
/// <param name="Source">Below the context, or below that of <paramref name="From"/>.</param>
/// <param name="From">A stage or context, or <c>null</c> for the build's own.</param>
/// <param name="Writable">The step may change them.</param>
public sealed record RecipeBind(string Target, string Source, string? From, bool Writable) : StepMount(Target);
