using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Workers.Remote;

namespace MsBuildKit.Tasks;

/// <summary>Builds and delivers an image of a project.</summary>
[MSBuildMultiThreadableTask]
public sealed class BuildImage : EngineTask
{
    [Required] public string ProjectName { get; set; } = "";
    [Required] public string ProjectDirectory { get; set; } = "";
    [Required] public string OutputDirectory { get; set; } = "";
    [Required] public ITaskItem[] Parts { get; set; } = [];

    /// <summary>Where the last build is remembered, so that nothing is done when nothing changed; empty remembers nothing.</summary>
    public string StateFile { get; set; } = "";

    public string CacheDirectory { get; set; } = "";
    public string Dockerfile { get; set; } = "";
    public string DockerfileContext { get; set; } = "";
    public string DockerfileTarget { get; set; } = "";
    public string AllowInsecure { get; set; } = "";
    public string AllowDevices { get; set; } = "";
    public string Repository { get; set; } = "";
    public string Registry { get; set; } = "";
    public string ImageTag { get; set; } = "";
    public string ImageTags { get; set; } = "";
    public string ImageFormat { get; set; } = "";
    public string ArchiveOutputPath { get; set; } = "";
    public string LocalRegistry { get; set; } = "";
    public string User { get; set; } = "";
    public string AppCommandInstruction { get; set; } = "";
    public string StopSignal { get; set; } = "";
    public string Compression { get; set; } = "";
    public string CompressionLevel { get; set; } = "";
    public string Sbom { get; set; } = "";
    public string Provenance { get; set; } = "";
    public string ExcludeSymbols { get; set; } = "";
    public string GenerateLabels { get; set; } = "";
    public string LabelBaseName { get; set; } = "";
    public string LabelBaseDigest { get; set; } = "";
    public string LabelCreated { get; set; } = "";
    public string BaseDistribution { get; set; } = "";
    public string PackageMirror { get; set; } = "";
    public string PackageKeyring { get; set; } = "";
    public string PackageLockFile { get; set; } = "";
    public string PackageCheckValidUntil { get; set; } = "";
    public string AllowHostNetwork { get; set; } = "";
    public string KeepFailed { get; set; } = "";
    public string Snapshotter { get; set; } = "";
    public string Runtime { get; set; } = "";
    public string Builder { get; set; } = "";
    public string BuilderEndpoint { get; set; } = "";

    /// <summary>The tool that speaks to builders elsewhere.</summary>
    public string ToolAssembly { get; set; } = "";

    public string SourceUrl { get; set; } = "";
    public string SourceRevision { get; set; } = "";
    public ITaskItem[] Entrypoint { get; set; } = [];
    public ITaskItem[] EntrypointArgs { get; set; } = [];
    public ITaskItem[] AppCommand { get; set; } = [];
    public ITaskItem[] AppCommandArgs { get; set; } = [];
    public ITaskItem[] DefaultArgs { get; set; } = [];
    public ITaskItem[] EnvironmentVariables { get; set; } = [];
    public ITaskItem[] Labels { get; set; } = [];
    public ITaskItem[] GeneratedLabels { get; set; } = [];
    public ITaskItem[] Annotations { get; set; } = [];
    public ITaskItem[] Ports { get; set; } = [];
    public ITaskItem[] Volumes { get; set; } = [];
    public ITaskItem[] Healthcheck { get; set; } = [];
    public ITaskItem[] Files { get; set; } = [];
    public ITaskItem[] Packages { get; set; } = [];
    public ITaskItem[] Outputs { get; set; } = [];
    public ITaskItem[] Steps { get; set; } = [];
    public ITaskItem[] Secrets { get; set; } = [];
    public ITaskItem[] Ssh { get; set; } = [];
    public ITaskItem[] Contexts { get; set; } = [];
    public ITaskItem[] BuildArgs { get; set; } = [];

    /// <summary>Every name of the image, with what scripts want to know of it.</summary>
    [Output] public ITaskItem[] Images { get; private set; } = [];

    [Output] public ITaskItem[] Sboms { get; private set; } = [];

    [Output] public ITaskItem[] Provenances { get; private set; } = [];

    /// <summary>Every file that was written, for Clean.</summary>
    [Output] public ITaskItem[] WrittenFiles { get; private set; } = [];

    /// <summary>What a tag of the image points at: an index, or the only manifest.</summary>
    [Output] public string Digest { get; private set; } = "";

    [Output] public string MediaType { get; private set; } = "";

    /// <summary>The index as JSON, or nothing when there is none.</summary>
    [Output] public string ImageIndex { get; private set; } = "";

    /// <summary>One for each platform, with its documents.</summary>
    [Output] public ITaskItem[] Manifests { get; private set; } = [];

    /// <summary>The first platform's documents.</summary>
    [Output] public string Manifest { get; private set; } = "";

    [Output] public string Configuration { get; private set; } = "";

    /// <summary>The archive that was written first, or nothing.</summary>
    [Output] public string ArchivePath { get; private set; } = "";

    /// <inheritdoc />
    protected override async System.Threading.Tasks.Task RunAsync(CancellationToken cancellationToken)
    {
        var environment = HostEnvironment.Read();
        var parameters = Gather(environment);
        var facts = HostServices.OpenFacts(parameters.CacheDirectory);
        var services = new Lazy<BuilderServices>(() => HostServices.Create(environment, facts));
        try
        {
            await RunAsync(parameters, environment, facts, services, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (services.IsValueCreated) services.Value.Dispose();
        }
    }

    private async System.Threading.Tasks.Task RunAsync(
        BuildImageParameters parameters, IReadOnlyDictionary<string, string> environment, FileFactsCache facts, Lazy<BuilderServices> services, CancellationToken cancellationToken)
    {
        var state = new BuildRecordFile(StateFile);
        var last = state.Find();
        // Registries are asked while the files are looked at.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var check = new UpToDateCheck(() => services.Value, parameters.CacheDirectory);
        var standing = last is null ? System.Threading.Tasks.Task.FromResult(false) : System.Threading.Tasks.Task.Run(() => check.StandsAsync(last.Record, stop.Token), stop.Token);
        byte[]? fingerprint;
        try
        {
            fingerprint = await InputFingerprint.FindAsync(parameters, facts, cancellationToken).ConfigureAwait(false);
            if (last is not null && last.IsOf(fingerprint) && await standing.ConfigureAwait(false))
            {
                Finish(last.Record, "nothing changed");
                return;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((System.Threading.Tasks.Task)standing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        state.Forget();
        if (CreateRequest(parameters, environment) is not { } request) return;
        var result = await BuildAsync(request, parameters, environment, services.Value, cancellationToken).ConfigureAwait(false);
        var record = BuildRecord.Of(request, result);
        if (fingerprint is not null) state.Save(fingerprint, record);
        SaveGraphs(result);
        Finish(record, EventLog.Describe(result));
    }

    private async Task<BuildResult> BuildAsync(
        BuildRequest request, BuildImageParameters parameters, IReadOnlyDictionary<string, string> environment, BuilderServices services, CancellationToken cancellationToken)
    {
        var log = new EventLog(Log, ProjectFile);
        if (new BuilderFactory(parameters, new Problems()).Create() is not { } builders) return await new Engine.Builder(services).BuildAsync(request, log, cancellationToken).ConfigureAwait(false);
        var elsewhere = new RemoteSolverProcess(SolverProgram.Of(Path.GetFullPath(ToolAssembly, ProjectDirectory), environment), builders);
        await using var closed = elsewhere.ConfigureAwait(false);
        elsewhere.Prepare();
        return await new Engine.Builder(services with { Remote = elsewhere }).BuildAsync(request, log, cancellationToken).ConfigureAwait(false);
    }

    private BuildRequest? CreateRequest(BuildImageParameters parameters, IReadOnlyDictionary<string, string> environment)
    {
        var problems = new Problems();
        var request = new RequestFactory(parameters, problems, name => environment.GetValueOrDefault(name)).Create();
        LogProblems(problems);
        if (request is not null && request.Repository != Repository)
            Log.LogMessage(MessageImportance.Normal, "ContainerRepository '{0}' is written '{1}', as registries demand.", Repository, request.Repository);
        return request;
    }

    private void Finish(BuildRecord record, string happened)
    {
        SetOutputs(record);
        Log.LogMessage(MessageImportance.High, "{0}", EventLog.Summarize(ProjectName, record, happened));
    }

    // Beside the state, for 'msbuildkit debug dump-llb'.
    private void SaveGraphs(BuildResult result)
    {
        if (StateFile.Length == 0) return;
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(StateFile)!).FullName;
        foreach (var image in result.Images)
            StagedFile.Write(Path.Combine(folder, $"graph.{image.Platform.ToString().Replace('/', '-')}.llb"), image.Graph.Span);
    }

    private void SetOutputs(BuildRecord record)
    {
        Images = [.. record.Names.Select(name => Item(name, ("Digest", record.Digest), ("MediaType", record.MediaType), ("LayoutDirectory", record.LayoutDirectory)))];
        Sboms = [.. record.Sboms.Select(s => Item(s.Key, ("Platform", s.Value)))];
        Provenances = [.. record.Provenances.Select(p => Item(p.Key, ("Platform", p.Value)))];
        WrittenFiles = [.. record.Files.Select(f => Item(f.Key))];
        Digest = record.Digest;
        MediaType = record.MediaType;
        ImageIndex = record.IndexJson;
        Manifests = [.. record.Manifests.Select(m => Item(
            "GeneratedContainer", ("Platform", m.Platform), ("ManifestDigest", m.Digest), ("ManifestMediaType", m.MediaType), ("Manifest", Escape(m.Manifest)), ("Configuration", Escape(m.Configuration))))];
        Manifest = record.Manifests[0].Manifest;
        Configuration = record.Manifests[0].Configuration;
        ArchivePath = record.ArchivePath;
    }

    private static TaskItem Item(string spec, params (string Name, string Value)[] metadata)
    {
        var item = new TaskItem(Escape(spec));
        foreach (var (name, value) in metadata) item.SetMetadata(name, value);
        return item;
    }

    // Where builds run here it decides nothing, so that it must not make one of them look changed.
    private string EndpointOf(IReadOnlyDictionary<string, string> environment) =>
        !BuilderFactory.IsElsewhere(Builder) ? "" : BuilderEndpoint.Length > 0 ? BuilderEndpoint : environment.GetValueOrDefault("BUILDKIT_HOST", "");

    private static string Escape(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal);

    private BuildImageParameters Gather(IReadOnlyDictionary<string, string> environment) => new()
    {
        ProjectName = ProjectName,
        ProjectDirectory = ProjectDirectory,
        OutputDirectory = Path.GetFullPath(OutputDirectory, ProjectDirectory),
        CacheDirectory = CacheDirectory.Length > 0 ? Path.GetFullPath(CacheDirectory, ProjectDirectory) : StoreLocation.Default(environment),
        StateDirectory = StateFile.Length > 0 ? Path.GetDirectoryName(Path.GetFullPath(StateFile, ProjectDirectory))! : "",
        Dockerfile = Dockerfile,
        DockerfileContext = DockerfileContext,
        DockerfileTarget = DockerfileTarget,
        AllowInsecure = AllowInsecure,
        AllowDevices = AllowDevices,
        Repository = Repository,
        Registry = Registry,
        ImageTag = ImageTag,
        ImageTags = ImageTags,
        ImageFormat = ImageFormat,
        ArchiveOutputPath = ArchiveOutputPath,
        LocalRegistry = LocalRegistry,
        User = User,
        AppCommandInstruction = AppCommandInstruction,
        StopSignal = StopSignal,
        Compression = Compression,
        CompressionLevel = CompressionLevel,
        Sbom = Sbom,
        Provenance = Provenance,
        ExcludeSymbols = ExcludeSymbols,
        GenerateLabels = GenerateLabels,
        LabelBaseName = LabelBaseName,
        LabelBaseDigest = LabelBaseDigest,
        LabelCreated = LabelCreated,
        BaseDistribution = BaseDistribution,
        PackageMirror = PackageMirror,
        PackageKeyring = PackageKeyring,
        PackageLockFile = PackageLockFile,
        PackageCheckValidUntil = PackageCheckValidUntil,
        AllowHostNetwork = AllowHostNetwork,
        KeepFailed = KeepFailed,
        Snapshotter = Snapshotter,
        Runtime = Runtime,
        Builder = Builder,
        BuilderEndpoint = EndpointOf(environment),
        SourceDateEpoch = environment.GetValueOrDefault("SOURCE_DATE_EPOCH", ""),
        SourceUrl = SourceUrl,
        SourceRevision = SourceRevision,
        Parts = StateFile.Length > 0 ? new AssetEndpoints(Path.GetDirectoryName(StateFile)!, RequestFactory.EpochOf(environment)).Settle(Parts) : Parts,
        Entrypoint = Entrypoint,
        EntrypointArgs = EntrypointArgs,
        AppCommand = AppCommand,
        AppCommandArgs = AppCommandArgs,
        DefaultArgs = DefaultArgs,
        EnvironmentVariables = EnvironmentVariables,
        Labels = Labels,
        GeneratedLabels = GeneratedLabels,
        Annotations = Annotations,
        Ports = Ports,
        Volumes = Volumes,
        Healthcheck = Healthcheck,
        Files = Files,
        Packages = Packages,
        Outputs = Outputs,
        Steps = Steps,
        Secrets = Secrets,
        Ssh = Ssh,
        Contexts = Contexts,
        BuildArgs = BuildArgs,
    };
}
