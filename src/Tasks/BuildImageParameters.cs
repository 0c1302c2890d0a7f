using Microsoft.Build.Framework;

namespace MsBuildKit.Tasks;

/// <summary>What the targets hand over: the project's properties and items as they are, nothing checked yet. An empty string is an unset
/// property.</summary>
public sealed record BuildImageParameters
{
    public string ProjectName { get; init; } = "";
    public string ProjectDirectory { get; init; } = "";
    public string OutputDirectory { get; init; } = "";
    public string CacheDirectory { get; init; } = "";

    /// <summary>Where the build keeps notes of its own; absolute, or empty.</summary>
    public string StateDirectory { get; init; } = "";

    public string Dockerfile { get; init; } = "";
    public string DockerfileContext { get; init; } = "";
    public string DockerfileTarget { get; init; } = "";
    public string AllowInsecure { get; init; } = "";
    public string AllowDevices { get; init; } = "";
    public string Repository { get; init; } = "";
    public string Registry { get; init; } = "";
    public string ImageTag { get; init; } = "";
    public string ImageTags { get; init; } = "";
    public string ImageFormat { get; init; } = "";
    public string ArchiveOutputPath { get; init; } = "";
    public string LocalRegistry { get; init; } = "";
    public string User { get; init; } = "";
    public string AppCommandInstruction { get; init; } = "";
    public string StopSignal { get; init; } = "";
    public string Compression { get; init; } = "";
    public string CompressionLevel { get; init; } = "";
    public string Sbom { get; init; } = "";
    public string Provenance { get; init; } = "";
    public string ExcludeSymbols { get; init; } = "";
    public string GenerateLabels { get; init; } = "";
    public string LabelBaseName { get; init; } = "";
    public string LabelBaseDigest { get; init; } = "";
    public string LabelCreated { get; init; } = "";
    public string BaseDistribution { get; init; } = "";
    public string PackageMirror { get; init; } = "";
    public string PackageKeyring { get; init; } = "";
    public string PackageLockFile { get; init; } = "";
    public string PackageCheckValidUntil { get; init; } = "";
    public string AllowHostNetwork { get; init; } = "";
    public string KeepFailed { get; init; } = "";
    public string Snapshotter { get; init; } = "";
    public string Runtime { get; init; } = "";
    public string Builder { get; init; } = "";

    /// <summary>The property's, or the environment's. Empty where no builder elsewhere is asked for.</summary>
    public string BuilderEndpoint { get; init; } = "";

    public string SourceDateEpoch { get; init; } = "";
    public string SourceUrl { get; init; } = "";
    public string SourceRevision { get; init; } = "";

    /// <summary>From <c>_MsBuildKitDescribe</c>, for every runtime identifier: one of <c>Kind=Image</c>, and its <c>Kind=File</c>s.</summary>
    public IReadOnlyList<ITaskItem> Parts { get; init; } = [];
    public IReadOnlyList<ITaskItem> BuildArgs { get; init; } = [];
    public IReadOnlyList<ITaskItem> Entrypoint { get; init; } = [];
    public IReadOnlyList<ITaskItem> EntrypointArgs { get; init; } = [];
    public IReadOnlyList<ITaskItem> AppCommand { get; init; } = [];
    public IReadOnlyList<ITaskItem> AppCommandArgs { get; init; } = [];
    public IReadOnlyList<ITaskItem> DefaultArgs { get; init; } = [];
    public IReadOnlyList<ITaskItem> EnvironmentVariables { get; init; } = [];
    public IReadOnlyList<ITaskItem> Labels { get; init; } = [];
    public IReadOnlyList<ITaskItem> GeneratedLabels { get; init; } = [];
    public IReadOnlyList<ITaskItem> Annotations { get; init; } = [];
    public IReadOnlyList<ITaskItem> Ports { get; init; } = [];
    public IReadOnlyList<ITaskItem> Volumes { get; init; } = [];
    public IReadOnlyList<ITaskItem> Healthcheck { get; init; } = [];
    public IReadOnlyList<ITaskItem> Files { get; init; } = [];
    public IReadOnlyList<ITaskItem> Packages { get; init; } = [];
    public IReadOnlyList<ITaskItem> Outputs { get; init; } = [];
    public IReadOnlyList<ITaskItem> Steps { get; init; } = [];
    public IReadOnlyList<ITaskItem> Secrets { get; init; } = [];
    public IReadOnlyList<ITaskItem> Ssh { get; init; } = [];
    public IReadOnlyList<ITaskItem> Contexts { get; init; } = [];
}
