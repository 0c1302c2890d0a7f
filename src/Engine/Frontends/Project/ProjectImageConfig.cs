using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>What the project says about the configuration of its image; the base image's configuration is the ground it edits.</summary>
public sealed record ProjectImageConfig
{
    /// <summary>Absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>User or uid, with an optional group; <c>null</c> follows the base: its <c>APP_UID</c>, else its own user.</summary>
    public string? User { get; init; }

    /// <summary>The application's command, such as <c>dotnet /app/x.dll</c>.</summary>
    public IReadOnlyList<string> AppCommand { get; init; } = [];

    /// <summary>Arguments that always follow the command.</summary>
    public IReadOnlyList<string> AppCommandArgs { get; init; } = [];

    /// <summary>Arguments that a caller may replace.</summary>
    public IReadOnlyList<string> DefaultArgs { get; init; } = [];

    /// <summary>An entrypoint of the project's own, in front of the command.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>Arguments of <see cref="Entrypoint"/>.</summary>
    public IReadOnlyList<string> EntrypointArgs { get; init; } = [];

    /// <summary>How the command is placed. <c>null</c> means entrypoint, or arguments when the project or the base has an entrypoint
    /// of its own, as the .NET SDK does it.</summary>
    public AppCommandInstruction? Instruction { get; init; }

    /// <summary>In order; a later one of the same name wins.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>The user's labels: they win over generated ones.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Labels from project properties.</summary>
    public IReadOnlyDictionary<string, string> GeneratedLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>Also label the image with its base's name and digest.</summary>
    public bool LabelBaseName { get; init; } = true;

    public bool LabelBaseDigest { get; init; } = true;

    /// <summary>Such as <c>8080/tcp</c>, added to those inferred from ASP.NET's environment variables.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Absolute paths.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    public string? StopSignal { get; init; }

    public HealthcheckConfig? Healthcheck { get; init; }
}

/// <summary>Where the application's command goes (<c>ContainerAppCommandInstruction</c>).</summary>
public enum AppCommandInstruction
{
    /// <summary>The command is the entrypoint.</summary>
    Entrypoint,

    /// <summary>The command is the default arguments of another entrypoint.</summary>
    DefaultArgs,

    /// <summary>The command is not used.</summary>
    None,
}
