using MsBuildKit.Engine.Llb.Pb;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>What is to be built of a Dockerfile, as <c>docker buildx build</c> lets people say it.</summary>
public sealed record DockerfileRequest
{
    /// <summary>Its bytes as text.</summary>
    public required string Text { get; init; }

    /// <summary>The path or name that errors and warnings carry.</summary>
    public required string File { get; init; }

    /// <summary>What <c>COPY</c> without <c>--from</c> copies of.</summary>
    public required BuildContext Context { get; init; }

    /// <summary>Other contexts by name, lower-case; a name may end in <c>::os/arch</c>. They stand in for stages and images of that name.</summary>
    public IReadOnlyDictionary<string, BuildContext> NamedContexts { get; init; } = new Dictionary<string, BuildContext>();

    /// <summary>The patterns of <c>.dockerignore</c> for the context, in order and as they are written.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>A stage's name or number; <c>null</c> for the last.</summary>
    public string? Target { get; init; }

    public IReadOnlyDictionary<string, string> BuildArgs { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>One image for each; at least one.</summary>
    public required IReadOnlyList<Platform> Platforms { get; init; }

    /// <summary>The image is one of several platforms, even when there is one: names of steps begin with it.</summary>
    public bool IsMultiPlatform { get; init; }

    /// <summary>Of this machine.</summary>
    public required Platform BuildPlatform { get; init; }

    /// <summary>Stages that use no cache; an empty list means all, <c>null</c> none.</summary>
    public IReadOnlyList<string>? NoCache { get; init; }

    /// <summary>For the <c>/etc/hosts</c> of steps: host and address.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExtraHosts { get; init; } = [];

    /// <summary>The network of steps that name none.</summary>
    public NetMode Network { get; init; }

    /// <summary>Bytes of <c>/dev/shm</c>, or 0 for the worker's own.</summary>
    public long ShmSize { get; init; }

    public IReadOnlyList<Ulimit> Ulimits { get; init; } = [];

    public string? Hostname { get; init; }

    public string? CgroupParent { get; init; }

    /// <summary>Seconds that stand for every time in the image.</summary>
    public long SourceDateEpoch { get; init; }
}
