namespace MsBuildKit.Tool.Build;

/// <summary>Where a Dockerfile is.</summary>
internal abstract record DockerfilePlace;

/// <summary>In a file of this machine.</summary>
/// <param name="Path">Absolute.</param>
internal sealed record DockerfileOnDisk(string Path) : DockerfilePlace;

/// <summary>On standard input.</summary>
internal sealed record DockerfileOnInput : DockerfilePlace;

/// <summary>In a context that is not on this machine's disk.</summary>
/// <param name="Name">Relative to the context's root.</param>
internal sealed record DockerfileInContext(string Name) : DockerfilePlace;
