using System.Globalization;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Turns what a project says into a build request, telling everything that is wrong with it at once.</summary>
/// <param name="parameters">What it says.</param>
/// <param name="problems">Where faults go.</param>
/// <param name="environment">Looks up variables for secrets, when a step asks for one; <c>null</c> knows none.</param>
public sealed class RequestFactory(BuildImageParameters parameters, Problems problems, Func<string, string?>? environment = null)
{
    /// <summary>The request, or <c>null</c> when <see cref="Problems.Any"/>.</summary>
    public BuildRequest? Create()
    {
        var name = new NameFactory(parameters, problems).Create();
        var epoch = ParseEpoch();
        var dockerfile = parameters.Dockerfile.Length > 0 ? new DockerfileFactory(parameters, problems, epoch).Create() : null;
        var images = parameters.Dockerfile.Length > 0 ? [] : new ImageFactory(parameters, problems, epoch).Create();
        var outputs = new OutputFactory(parameters, problems).Create(name.Registry, name.Repository);
        var format = ParseFormat();
        var (compression, level) = ParseCompression();
        var annotations = new ImageFactory(parameters, problems, epoch).ParsePairs(parameters.Annotations, "ContainerAnnotation");
        var (sbom, provenance) = (ParseSwitch(parameters.Sbom, "ContainerSbom"), ParseSwitch(parameters.Provenance, "ContainerProvenance"));
        ParseSwitch(parameters.ExcludeSymbols, "ContainerExcludeSymbols");
        var allowHostNetwork = ParseSwitch(parameters.AllowHostNetwork, "ContainerAllowHostNetwork", byDefault: false);
        var allowInsecure = ParseSwitch(parameters.AllowInsecure, "ContainerAllowInsecure", byDefault: false);
        var allowDevices = ParseSwitch(parameters.AllowDevices, "ContainerAllowDevices", byDefault: false);
        var keepFailed = ParseSwitch(parameters.KeepFailed, "ContainerKeepFailed", byDefault: false);
        var snapshotter = ParseSnapshotter();
        var runtime = ParseRuntime();
        new BuilderFactory(parameters, problems).Create();
        var lent = new SecretFactory(parameters, problems, environment ?? (_ => null));
        var (secrets, ssh) = (lent.CreateSecrets(), lent.CreateSsh());
        CheckFolders();
        if (problems.Any) return null;
        return new BuildRequest
        {
            ProjectName = parameters.ProjectName,
            Images = images,
            Dockerfile = dockerfile,
            Repository = name.Repository,
            Tags = name.Tags,
            Registry = name.Registry,
            OutputDirectory = parameters.OutputDirectory,
            Outputs = outputs,
            CacheDirectory = parameters.CacheDirectory,
            DockerFormat = format,
            Compression = compression,
            CompressionLevel = level,
            Annotations = annotations,
            Sbom = sbom,
            Provenance = provenance,
            SourceDateEpoch = epoch,
            Secrets = secrets,
            Ssh = ssh,
            AllowHostNetwork = allowHostNetwork,
            AllowInsecure = allowInsecure,
            AllowDevices = allowDevices,
            KeepFailed = keepFailed,
            Snapshotter = snapshotter,
            StepRuntime = runtime,
            Source = parameters.SourceUrl.Length > 0 || parameters.SourceRevision.Length > 0
                ? new SourceRevision(Text.OrNull(SourceAddress.WithoutCredentials(parameters.SourceUrl)), Text.OrNull(parameters.SourceRevision))
                : null,
            Parallelism = Environment.ProcessorCount,
        };
    }

    /// <summary>What <c>SOURCE_DATE_EPOCH</c> says, or 0 when it is unset or says nothing that can be used.</summary>
    public static long EpochOf(IReadOnlyDictionary<string, string> environment) => SourceDateEpoch.Find(environment.GetValueOrDefault("SOURCE_DATE_EPOCH", "")) ?? 0;

    private long ParseEpoch()
    {
        if (parameters.SourceDateEpoch.Length == 0) return parameters.Dockerfile.Length > 0 ? SourceDateEpoch.OfDockerfiles : 0;
        if (SourceDateEpoch.Find(parameters.SourceDateEpoch) is { } epoch) return epoch;
        problems.Add(Problem.Epoch, "SOURCE_DATE_EPOCH", $"'{parameters.SourceDateEpoch}' is no number of seconds since 1970. Set it to one, or unset it.");
        return 0;
    }

    private string ParseSnapshotter()
    {
        if (parameters.Snapshotter.ToLowerInvariant() is var named && named is "auto" or "overlayfs" or "fuse-overlayfs" or "native") return named;
        if (parameters.Snapshotter.Length > 0)
            problems.Add(Problem.Snapshotter, "ContainerSnapshotter", $"'{parameters.Snapshotter}' is no way to have the trees of steps. Choose auto, overlayfs, fuse-overlayfs or native.");
        return "auto";
    }

    private bool? ParseFormat()
    {
        switch (parameters.ImageFormat.ToLowerInvariant())
        {
            case "": return null;
            case "oci": return false;
            case "docker": return true;
            default:
                problems.Add(Problem.Format, "ContainerImageFormat", $"'{parameters.ImageFormat}' is no format. Choose OCI or Docker.");
                return null;
        }
    }

    private (Compression, int?) ParseCompression()
    {
        Compression? chosen = parameters.Compression.ToLowerInvariant() switch
        {
            "" or "gzip" => Compression.Gzip,
            "zstd" => Compression.Zstd,
            "none" => Compression.None,
            _ => null,
        };
        if (chosen is null)
            problems.Add(Problem.Compression, "ContainerCompression", $"'{parameters.Compression}' is no compression. Choose gzip, zstd or none.");
        if (chosen is not { } compression) return (Compression.Gzip, null);
        if (parameters.CompressionLevel.Length == 0) return (compression, null);
        var (least, most) = compression == Compression.Zstd ? (1, 22) : (0, 9);
        if (int.TryParse(parameters.CompressionLevel, NumberStyles.None, CultureInfo.InvariantCulture, out var level) && level >= least && level <= most)
            return (compression, level);
        problems.Add(Problem.Compression, "ContainerCompressionLevel", $"'{parameters.CompressionLevel}' is no level of {compression.ToString().ToLowerInvariant()}. Choose {least} to {most}.");
        return (compression, null);
    }

    private string? ParseRuntime()
    {
        var name = parameters.Runtime.Trim();
        if (name.Length == 0) return null;
        // A relative path would run what a project brings along, outside of every sandbox.
        if (!name.Any(char.IsControl) && (Path.IsPathFullyQualified(name) || (!name.Contains('/', StringComparison.Ordinal) && name is not ("." or "..")))) return name;
        problems.Add(Problem.Runtime, "ContainerRuntime", $"'{name}' is no runtime of steps. Write the name of a program on the PATH, such as crun, runc or runsc, or the full path of one.");
        return null;
    }

    // A word that is neither would silently decide for a default that nobody wanted.
    private bool ParseSwitch(string given, string subject, bool byDefault = true)
    {
        if (given.Length > 0 && Text.IsOn(given, byDefault: true) != Text.IsOn(given, byDefault: false))
            problems.Add(Problem.Switch, subject, $"'{given}' is neither true nor false. Write one of them.");
        return Text.IsOn(given, byDefault);
    }

    // The output's stale blobs are swept: were it the cache, everything there would be.
    private void CheckFolders()
    {
        if (parameters.CacheDirectory.Length > 0 && Path.TrimEndingDirectorySeparator(parameters.OutputDirectory) == Path.TrimEndingDirectorySeparator(parameters.CacheDirectory))
            problems.Add(Problem.Output, "ContainerOutputDirectory", $"'{parameters.OutputDirectory}' is the cache's own folder. Write the image to another.");
    }
}
