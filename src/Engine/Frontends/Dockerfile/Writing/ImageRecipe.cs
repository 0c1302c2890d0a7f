using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Writing;

/// <summary>What a Dockerfile needs to be told to make a project's image. Paths of files are those in the build's context, slash-separated.</summary>
public sealed record ImageRecipe
{
    /// <summary>For people: the project's path in the context.</summary>
    public required string Project { get; init; }

    /// <summary>How the application is published.</summary>
    public required PublishRecipe Publish { get; init; }

    /// <summary>What <c>FROM</c> names.</summary>
    public required string Base { get; init; }

    /// <summary>The value of the label that names the base, or <c>null</c> when it has none.</summary>
    public string? BaseName { get; init; }

    /// <summary>The value of the label that pins the base, or <c>null</c> when nobody knows it before the build.</summary>
    public string? BaseDigest { get; init; }

    /// <summary>Variables that the base is known to have, as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> BaseEnvironment { get; init; } = [];

    /// <summary>Packages of Debian that make the base what it is, with a version after <c>=</c> where it is pinned; <c>null</c> for a base that is whole.</summary>
    public IReadOnlyList<string>? BasePackages { get; init; }

    /// <summary>What the image says of itself.</summary>
    public required ProjectImageConfig Config { get; init; }

    /// <summary>Extra files.</summary>
    public IReadOnlyList<RecipeFile> Files { get; init; } = [];

    /// <summary>What runs while the image is built.</summary>
    public IReadOnlyList<RecipeStep> Steps { get; init; } = [];

    /// <summary>Images that steps mount files of, by the name that they are mounted by.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Images { get; init; } = [];

    /// <summary>What is known not to be sayable, each a sentence without its end.</summary>
    public IReadOnlyList<string> Unsaid { get; init; } = [];
}

/// <summary>How an application is published.</summary>
/// <param name="SdkImage">With what.</param>
/// <param name="CrossBuilds">On the machine's own platform, for any other.</param>
/// <param name="Prepare">A command that the image needs first, or <c>null</c>.</param>
/// <param name="RestoreFiles">What a restore reads.</param>
/// <param name="Arguments">Words that follow <c>dotnet restore</c> and <c>dotnet publish</c>, as a shell reads them.</param>
/// <param name="PublishArguments">Further words of <c>dotnet publish</c>.</param>
/// <param name="LeftOut">Names of published files that the image does not have, as <c>find</c> takes them.</param>
public sealed record PublishRecipe(
    string SdkImage, bool CrossBuilds, string? Prepare, IReadOnlyList<string> RestoreFiles, IReadOnlyList<string> Arguments, IReadOnlyList<string> PublishArguments,
    IReadOnlyList<string> LeftOut);

/// <summary>An extra file.</summary>
/// <param name="Source">In the context.</param>
/// <param name="Target">Absolute in the image.</param>
/// <param name="Mode">Octal, or <c>null</c> for that of the file.</param>
/// <param name="Owner">As <c>--chown</c> takes it, or <c>null</c> for the image's user.</param>
public sealed record RecipeFile(string Source, string Target, string? Mode, string? Owner);
