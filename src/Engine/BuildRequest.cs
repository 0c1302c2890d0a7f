using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine;

/// <summary>All that a build needs to know, checked and immutable: absolute paths, parsed references, no nulls that mean defaults
/// unless a property says so.</summary>
public sealed record BuildRequest
{
    /// <summary>The project's name for people, without extension.</summary>
    public required string ProjectName { get; init; }

    /// <summary>The images of a project, one for each platform; more than one makes an index. Empty when <see cref="Dockerfile"/> says what is built.</summary>
    public IReadOnlyList<ProjectImage> Images { get; init; } = [];

    /// <summary>What is built when it is a Dockerfile that says so, or <c>null</c>.</summary>
    public DockerfileBuild? Dockerfile { get; init; }

    /// <summary>The repository path, without registry; empty when the image has no name or <see cref="Names"/> says it.</summary>
    public string Repository { get; init; } = "";

    /// <summary>Tags in <see cref="Repository"/>.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The registry that <see cref="Repository"/> belongs to when the image is named in full, or <c>null</c>.</summary>
    public string? Registry { get; init; }

    /// <summary>Every name of the image in full, or <c>null</c> when they are <see cref="Tags"/> in <see cref="Repository"/>. None at all is an image that
    /// only its digest names.</summary>
    public IReadOnlyList<ImageReference>? Names { get; init; }

    /// <summary>The layout directory to write, with what is said about the image beside it; <c>null</c> for none.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Where else the image goes.</summary>
    public IReadOnlyList<BuildOutput> Outputs { get; init; } = [];

    /// <summary>The root of the content store and the cache index.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>Docker's media types (<c>true</c>) or OCI's (<c>false</c>). <c>null</c> follows the base image where its format can hold what is
    /// asked for: one platform, no zstd, neither SBOM nor provenance, for Docker's format has no place for statements. Otherwise
    /// <c>null</c> is OCI.</summary>
    public bool? DockerFormat { get; init; }

    /// <value>Default: gzip.</value>
    public Compression Compression { get; init; } = Compression.Gzip;

    /// <summary>The compressor's level, or <c>null</c> for its default.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>Annotations of every manifest, and of the index unless it has its own.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations of the index, or <c>null</c> for those of the manifests.</summary>
    public IReadOnlyDictionary<string, string>? IndexAnnotations { get; init; }

    /// <summary>Write and attach an SPDX document per image.</summary>
    public bool Sbom { get; init; } = true;

    /// <summary>Write and attach SLSA provenance per image.</summary>
    public bool Provenance { get; init; } = true;

    /// <summary>Provenance tells the arguments and labels that a Dockerfile was given, which may be nobody else's business. What a project says of
    /// itself is always told.</summary>
    public bool FullProvenance { get; init; }

    /// <summary>Seconds of the Unix epoch that stand for every time in the image. Two builds of the same inputs agree because of it.</summary>
    public required long SourceDateEpoch { get; init; }

    /// <summary>What is fetched, and what is copied of a source, keeps its time where that is known, also when it is later than <see cref="SourceDateEpoch"/>.</summary>
    public bool KeepsTimes { get; init; }

    /// <summary>Where the sources came from, for provenance.</summary>
    public SourceRevision? Source { get; init; }

    /// <summary>Secrets that steps may read, by id. Where they are, never what they are.</summary>
    public IReadOnlyDictionary<string, ISecretSource> Secrets { get; init; } = new Dictionary<string, ISecretSource>();

    /// <summary>SSH keys that steps may sign with, by id.</summary>
    public IReadOnlyDictionary<string, SshSource> Ssh { get; init; } = new Dictionary<string, SshSource>();

    /// <summary>Steps may use the machine's own network, as <see cref="StepNetwork.Host"/> asks for it.</summary>
    public bool AllowHostNetwork { get; init; }

    /// <summary>Steps may run without confinement: with every capability that the user's namespace has, and every system call.</summary>
    public bool AllowInsecure { get; init; }

    /// <summary>Steps may use devices of the machine.</summary>
    public bool AllowDevices { get; init; }

    /// <summary>Where files describe the devices of the machine; <c>null</c> leaves it to the machine.</summary>
    public IReadOnlyList<string>? DeviceFolders { get; init; }

    /// <summary>An image of a registry that is no index is taken for every platform, as BuildKit takes it; else only for its own.</summary>
    public bool TakesOnlyImages { get; init; }

    /// <summary>An image that a digest names is asked for in its repository once, though another one had it: a store of several callers keeps what not each of them may have.</summary>
    public bool AsksForOrigins { get; init; }

    /// <summary>The runtime that steps run with, a name or a full path; <c>null</c> leaves it to the machine: its own choice, else crun, else runc.</summary>
    public string? StepRuntime { get; init; }

    /// <summary>The files of a step that fails stay in the cache directory, for <c>msbuildkit debug enter</c>.</summary>
    public bool KeepFailed { get; init; }

    /// <summary>What an operation left that fails can be opened as a container while the build goes on.</summary>
    public bool GivesFailed { get; init; }

    /// <summary>How the trees of steps are had, as <see cref="Workers.Rootless.WorkerProgram.Snapshotter"/>. It decides nothing of the image.</summary>
    /// <value>Default: <c>auto</c>.</value>
    public string Snapshotter { get; init; } = "auto";

    /// <summary>Docker's image format may have layers in zstd, which not every reader of it knows.</summary>
    public bool HoldsZstd { get; init; }

    /// <summary>There is an index even for one platform.</summary>
    public bool AlwaysIndexed { get; init; }

    /// <summary>Statements about an image are an image themselves, rather than an artifact: some registries know nothing else.</summary>
    public bool StatesInImages { get; init; }

    /// <summary>How many things are done at once.</summary>
    public int Parallelism { get; init; } = 2;

    /// <summary>How many operations of the graph are under way at once, many of which may wait for something; <c>null</c> for <see cref="Parallelism"/>.</summary>
    public int? OperationsAtOnce { get; init; }
}

/// <summary>A place that an image is delivered to.</summary>
public abstract record BuildOutput;

/// <summary>Push to <c>registry/repository:tag</c> for every tag of the request; without a registry, to every name of the request where it says.</summary>
public sealed record RegistryOutput(string? Registry) : BuildOutput;

/// <summary>A tar of the layout (<c>oci</c>), or what <c>docker load</c> reads (<c>docker</c>).</summary>
public sealed record ArchiveOutput(string Path, bool Docker) : BuildOutput;

/// <summary>The file tree of the image, not the image: as a tar, or below a directory. With several platforms, each has a folder such as
/// <c>linux_amd64</c>.</summary>
public sealed record TreeOutput(string Path, bool IsTar) : BuildOutput;

/// <summary>Load into a local engine; <paramref name="Engine"/> is <c>Docker</c>, <c>Podman</c>, or <c>null</c> to find one.</summary>
public sealed record LocalEngineOutput(string? Engine) : BuildOutput;

/// <summary>A repository's URL, without credentials, and the commit.</summary>
public sealed record SourceRevision(string? Url, string? Commit);
