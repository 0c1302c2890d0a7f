using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>Edits a base image's configuration into the application's.</summary>
/// <remarks>The precedence everywhere: the project's own words, then what is generated, then the base image's.
/// <c>rootfs</c> and <c>history</c> stay the base's; whoever assembles the image extends them.</remarks>
public static class ImageConfigEditor
{
    private const string AppUid = "APP_UID";
    private static readonly string[] s_shell = ["/bin/sh", "-c"];

    /// <summary>Returns the edited configuration; <paramref name="baseConfig"/> is <c>null</c> for scratch.</summary>
    /// <param name="baseConfig">The ground, or <c>null</c>.</param>
    /// <param name="image">What the project says.</param>
    /// <param name="baseName">The base's name and digest for labels, where it has them.</param>
    /// <param name="command">The placed command.</param>
    public static ImageConfig Edit(
        ImageConfig? baseConfig, ProjectImage image, BaseName? baseName, AppCommandLine command)
    {
        var wanted = image.Config;
        var ground = baseConfig?.Config ?? new ContainerConfig();
        var environment = MergeEnvironment(ground.Env ?? [], wanted.Environment);
        var edited = ground with
        {
            User = EffectiveUser(wanted, ground),
            Env = environment.Count == 0 ? null : environment,
            WorkingDir = wanted.WorkingDirectory,
            Entrypoint = command.Entrypoint.Count > 0 ? command.Entrypoint : ground.Entrypoint,
            // As with Docker, a new entrypoint drops the arguments that were meant for the old one.
            Cmd = command.Cmd.Count > 0 ? command.Cmd : command.Entrypoint.Count > 0 ? null : ground.Cmd,
            ExposedPorts = Union(ground.ExposedPorts, wanted.Ports.Concat(PortInference.FromEnvironment(environment))),
            Volumes = Union(ground.Volumes, wanted.Volumes),
            Labels = MergeLabels(ground.Labels, wanted, baseName),
            StopSignal = wanted.StopSignal ?? ground.StopSignal,
            Healthcheck = wanted.Healthcheck ?? ground.Healthcheck,
            OnBuild = null,
        };
        var start = baseConfig ?? new ImageConfig { Architecture = image.Platform.Architecture, Os = image.Platform.Os, Variant = image.Platform.Variant };
        return start with { Config = edited };
    }

    /// <summary>The steps that a base image wants to run when something is built on it. They are not run, and are not handed on: they were not
    /// meant for what is built on the result.</summary>
    public static IReadOnlyList<string> TriggersOf(ImageConfig? baseConfig) =>
        baseConfig?.Config?.OnBuild ?? [];

    /// <summary>The user a container runs as: the project's, else the base's <c>APP_UID</c>, else the base's own.</summary>
    public static string? EffectiveUser(ProjectImageConfig wanted, ContainerConfig? ground) =>
        !string.IsNullOrEmpty(wanted.User) ? wanted.User
        : FindVariable(ground?.Env ?? [], AppUid) is { Length: > 0 } uid ? uid
        : string.IsNullOrEmpty(ground?.User) ? null : ground.User;

    /// <summary>The words that a shell command is appended to: the image's own (Docker's <c>SHELL</c>), else <c>/bin/sh -c</c>.</summary>
    public static IReadOnlyList<string> ShellOf(ImageConfig? config) =>
        config?.Config?.Shell is { Count: > 0 } shell ? shell : s_shell;

    /// <summary>The value of a variable in a list of <c>NAME=value</c>, or <c>null</c>.</summary>
    public static string? FindVariable(IReadOnlyList<string> environment, string name) =>
        environment.LastOrDefault(e => e.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    internal static List<string> MergeEnvironment(IReadOnlyList<string> ground, IReadOnlyList<KeyValuePair<string, string>> wanted)
    {
        var merged = new List<string>(ground);
        foreach (var (name, value) in wanted)
        {
            var at = merged.FindIndex(e => e.StartsWith(name + "=", StringComparison.Ordinal));
            if (at < 0) merged.Add($"{name}={value}");
            else merged[at] = $"{name}={value}";
        }
        return merged;
    }

    private static SortedDictionary<string, string>? MergeLabels(
        IReadOnlyDictionary<string, string>? ground, ProjectImageConfig wanted, BaseName? baseName)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in ground ?? new Dictionary<string, string>()) labels[key] = value;
        // What the base says of its own base is not true of ours.
        labels.Remove(AnnotationKeys.BaseName);
        labels.Remove(AnnotationKeys.BaseDigest);
        if (baseName is not null && wanted.LabelBaseName) labels[AnnotationKeys.BaseName] = baseName.Name;
        if (baseName is not null && wanted.LabelBaseDigest) labels[AnnotationKeys.BaseDigest] = baseName.Digest.ToString();
        foreach (var (key, value) in wanted.GeneratedLabels) labels[key] = value;
        foreach (var (key, value) in wanted.Labels) labels[key] = value;
        return labels.Count == 0 ? null : labels;
    }

    private static SortedDictionary<string, EmptyObject>? Union(SortedDictionary<string, EmptyObject>? ground, IEnumerable<string> added)
    {
        var union = new SortedDictionary<string, EmptyObject>(StringComparer.Ordinal);
        foreach (var key in (ground?.Keys ?? Enumerable.Empty<string>()).Concat(added)) union[key] = new EmptyObject();
        return union.Count == 0 ? null : union;
    }
}
