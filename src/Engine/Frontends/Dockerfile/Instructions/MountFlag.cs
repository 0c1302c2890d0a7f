using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary>A <c>--mount</c> of <c>RUN</c>, understood. What is not said is <c>null</c>, so that who uses it knows.</summary>
public sealed record MountFlag
{
    /// <value>Default: <see cref="MountKind.Bind"/>.</value>
    public MountKind Kind { get; init; }

    public string? From { get; init; }

    public string? Source { get; init; }

    /// <summary>May be relative to the working directory. Required for all kinds but secret and ssh.</summary>
    public string? Target { get; init; }

    public bool? ReadOnly { get; init; }

    /// <summary>Bytes, for tmpfs.</summary>
    public long? Size { get; init; }

    /// <summary>Of a cache, a secret or SSH keys.</summary>
    public string? Id { get; init; }

    public MountSharing? Sharing { get; init; }

    public bool Required { get; init; }

    public int? Mode { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }

    /// <summary>The variable that carries a secret.</summary>
    public string? Variable { get; init; }

    /// <summary>Reads the value of a <c>--mount</c> as it is written.</summary>
    /// <param name="value">Behind <c>--mount=</c>.</param>
    /// <param name="isExpanded">Whether variables were put in. If not, values with variables, quotes or escapes are left out and only their keys are checked.</param>
    /// <param name="error">What is wrong, as a sentence; its code is MBK1936.</param>
    /// <returns><c>null</c> where something is wrong.</returns>
    public static MountFlag? TryParse(string value, bool isExpanded, out string? error) => MountFlagParser.Parse(value, isExpanded ? v => v : null, out error);

    /// <summary>Reads the value of a <c>--mount</c> and puts variables in. As with Docker, a comma in a variable's value separates nothing.</summary>
    /// <param name="value">Behind <c>--mount=</c>.</param>
    /// <param name="expand">Expands the value of a key; what it throws passes through.</param>
    /// <param name="error">What is wrong, as a sentence; its code is MBK1936.</param>
    /// <returns><c>null</c> where something is wrong.</returns>
    public static MountFlag? TryParse(string value, Func<string, string> expand, out string? error) => MountFlagParser.Parse(value, expand, out error);
}
