using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>Where exported cache mounts go to or come from: one of three.</summary>
public sealed record CachePlace
{
    /// <summary>The absolute path of an OCI layout.</summary>
    public string? Directory { get; init; }

    /// <summary>The absolute path of an OCI archive.</summary>
    public string? Archive { get; init; }

    /// <summary>A repository and, to export, a tag.</summary>
    public ImageReference? Registry { get; init; }
}
