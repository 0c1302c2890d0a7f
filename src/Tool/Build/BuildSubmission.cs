using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Remote;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Build;

/// <summary>All that a command line of <c>build</c> asks for, checked: absolute paths, parsed references. Nothing of the context is read yet.</summary>
internal sealed record BuildSubmission
{
    /// <summary>The root of the content store.</summary>
    public required string Store { get; init; }

    /// <summary>The context, or <c>null</c> when it comes on standard input: an archive, or a Dockerfile without context.</summary>
    public required BuildContext? Context { get; init; }

    /// <summary>By name, lower-case.</summary>
    public required IReadOnlyDictionary<string, BuildContext> NamedContexts { get; init; }

    /// <summary>Absolute paths of the folders that contexts lend, by name.</summary>
    public required IReadOnlyDictionary<string, string> Folders { get; init; }

    /// <summary>Absolute paths of the layouts and archives that contexts lend, by name.</summary>
    public required IReadOnlyDictionary<string, string> Layouts { get; init; }

    public required DockerfilePlace Dockerfile { get; init; }

    public string? Target { get; init; }

    public required IReadOnlyDictionary<string, string> BuildArgs { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<Platform> Platforms { get; init; }

    /// <summary>Stages that use no cache; an empty list means all, <c>null</c> none.</summary>
    public IReadOnlyList<string>? NoCache { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Hosts { get; init; }

    public required NetMode Network { get; init; }

    /// <summary>Bytes, or 0 for the worker's own.</summary>
    public required long SharedMemory { get; init; }

    public required IReadOnlyList<Ulimit> Limits { get; init; }

    public string? CgroupParent { get; init; }

    /// <summary>Every name of the image; none makes one that only its digest names.</summary>
    public required IReadOnlyList<ImageReference> Names { get; init; }

    /// <summary>Where the result goes; none leaves it in the store.</summary>
    public required IReadOnlyList<SubmittedOutput> Outputs { get; init; }

    /// <summary>Docker's media types, OCI's, or <c>null</c> as the base has them.</summary>
    public bool? DockerFormat { get; init; }

    public Compression Compression { get; init; } = Compression.Gzip;

    public int? CompressionLevel { get; init; }

    public required IReadOnlyDictionary<string, string> ManifestAnnotations { get; init; }

    public required IReadOnlyDictionary<string, string> IndexAnnotations { get; init; }

    public bool Sbom { get; init; }

    public bool Provenance { get; init; }

    /// <summary>Provenance says all that it can (<c>mode=max</c>).</summary>
    public bool DetailedProvenance { get; init; }

    public required IReadOnlyDictionary<string, ISecretSource> Secrets { get; init; }

    public required IReadOnlyDictionary<string, SshSource> Ssh { get; init; }

    public required SubmittedGrants Grants { get; init; }

    /// <summary>Seconds of the Unix epoch that stand for every time in the image.</summary>
    public long SourceDateEpoch { get; init; }

    /// <summary>The builders that run it; none means that it runs here.</summary>
    public IReadOnlyList<BuilderEndpoint> Builders { get; init; } = [];

    public string? MetadataFile { get; init; }

    public string? ImageIdFile { get; init; }

    public BuildCall Call { get; init; }

    /// <summary>The answer to a call other than a build is JSON.</summary>
    public bool IsCallJson { get; init; }

    public ProgressMode Progress { get; init; }
}
