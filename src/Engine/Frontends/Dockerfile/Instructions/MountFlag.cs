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
}
