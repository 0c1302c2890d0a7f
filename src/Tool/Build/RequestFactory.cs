using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Tool.Build.Options;

namespace MsBuildKit.Tool.Build;

/// <summary>Turns a submission and its Dockerfile into the engine's request.</summary>
internal static class RequestFactory
{
    public static BuildRequest Create(BuildSubmission submission, SubmittedDockerfile dockerfile, IReadOnlyList<BuildOutput> outputs, ToolHost host) => new()
    {
        ProjectName = dockerfile.File,
        Dockerfile = new DockerfileBuild(CreateDockerfile(submission, dockerfile, host))
        {
            Folders = dockerfile.Folder is { } folder ? new Dictionary<string, string>(submission.Folders) { [ContextParser.MainFolder] = folder } : submission.Folders,
            Layouts = submission.Layouts,
        },
        Names = submission.Names,
        OutputDirectory = OutputPlaces.LayoutOf(submission),
        Outputs = outputs,
        CacheDirectory = submission.Store,
        DockerFormat = submission.DockerFormat,
        Compression = submission.Compression,
        CompressionLevel = submission.CompressionLevel,
        Annotations = submission.ManifestAnnotations,
        IndexAnnotations = submission.IndexAnnotations,
        Sbom = submission.Sbom,
        Provenance = submission.Provenance,
        FullProvenance = submission.DetailedProvenance,
        SourceDateEpoch = submission.SourceDateEpoch,
        Secrets = submission.Secrets,
        Ssh = submission.Ssh,
        AllowHostNetwork = submission.Grants.HostNetwork,
        AllowInsecure = submission.Grants.Insecure,
        Parallelism = host.Cores,
    };

    public static DockerfileRequest CreateDockerfile(BuildSubmission submission, SubmittedDockerfile dockerfile, ToolHost host) => new()
    {
        Text = dockerfile.Text,
        File = dockerfile.File,
        Context = dockerfile.Context,
        NamedContexts = submission.NamedContexts,
        Ignore = dockerfile.Ignore,
        Target = submission.Target,
        BuildArgs = submission.BuildArgs,
        Labels = submission.Labels,
        Platforms = submission.Platforms,
        BuildPlatform = host.Machine,
        NoCache = submission.NoCache,
        ExtraHosts = submission.Hosts,
        Network = submission.Network,
        ShmSize = submission.SharedMemory,
        Ulimits = submission.Limits,
        CgroupParent = submission.CgroupParent,
        SourceDateEpoch = submission.SourceDateEpoch,
    };
}
