using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>A command that runs in the image while it is built (<c>ContainerRun</c>).</summary>
public sealed record ProjectStep
{
    /// <summary>The item's Include; no two steps of a project share it.</summary>
    public required string Name { get; init; }

    /// <summary>Text for the image's shell, or <c>null</c> when <see cref="Script"/> is run.</summary>
    public string? Command { get; init; }

    /// <summary>A script to run, or <c>null</c> when <see cref="Command"/> is.</summary>
    public ProjectScript? Script { get; init; }

    /// <value>Default: before the application's layers.</value>
    public StepStage Stage { get; init; }

    /// <summary>User or uid, with an optional group.</summary>
    /// <value>Default: empty, which is root, whoever the image's user is.</value>
    public string User { get; init; } = "";

    /// <summary>Absolute, or <c>null</c> for <c>/</c> before the application's layers and the image's working directory after them.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>In order, on top of the base image's variables; a later one of the same name wins.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>What is mounted while it runs; no two share a target.</summary>
    public IReadOnlyList<StepMount> Mounts { get; init; } = [];

    /// <summary>Secrets that it may read.</summary>
    public IReadOnlyList<StepSecret> Secrets { get; init; } = [];

    /// <summary>Ids of SSH keys that it may sign with; <c>SSH_AUTH_SOCK</c> names the first.</summary>
    public IReadOnlyList<string> Ssh { get; init; } = [];

    public StepNetwork Network { get; init; }

    /// <summary>Where the item was written.</summary>
    public SourcePosition? Position { get; init; }

    /// <summary>Every tree of the caller's that it needs.</summary>
    public IEnumerable<LocalTree> Trees => Mounts.OfType<TreeMount>().Select(m => m.Tree).Concat(Script is null ? [] : [Script.Tree]);
}

/// <summary>A script of the project.</summary>
/// <param name="Path">For people: relative to the project, slash-separated.</param>
/// <param name="FileName">The only file of <paramref name="Tree"/>.</param>
/// <param name="Tree">What the session lends.</param>
public sealed record ProjectScript(string Path, string FileName, LocalTree Tree);

/// <summary>When a step runs.</summary>
public enum StepStage
{
    /// <summary>On the base image, before the application's layers: a change of the application does not run it again.</summary>
    Base,

    /// <summary>On the whole image, after the application's layers.</summary>
    App,
}

/// <summary>What of the network a step sees.</summary>
public enum StepNetwork
{
    /// <summary>The outside world, by a network of its own.</summary>
    Default,

    /// <summary>Nothing.</summary>
    None,

    /// <summary>The machine's own network.</summary>
    Host,
}
