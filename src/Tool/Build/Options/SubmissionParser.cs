using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers.Remote;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Turns a command line of <c>build</c> into a submission, telling everything that is wrong with it at once.</summary>
internal sealed class SubmissionParser(ToolHost host, OptionFaults faults)
{
    private const string EpochVariable = "SOURCE_DATE_EPOCH";

    /// <summary>The submission, or <c>null</c> when there are faults.</summary>
    public BuildSubmission? Parse(BuildArguments given)
    {
        var contexts = new ContextParser(host.CurrentDirectory, faults);
        var context = contexts.ParseMain(given.Context);
        var named = contexts.ParseNamed(given.BuildContexts);
        var steps = new StepOptionParser(faults);
        var grants = steps.ParseGrants(given.Grants);
        var buildArgs = PairParser.Parse("--build-arg", given.BuildArgs, n => host.Environment.GetValueOrDefault(n), faults);
        var statements = new AttestationParser(faults).Parse(given.Sbom, given.Provenance, given.Attestations, MakesProvenance());
        var outputs = ParseOutputs(given);
        List<ImageReference> names = [.. given.Tags.Select(t => NameParser.Parse("--tag", t, faults)).OfType<ImageReference>().Concat(outputs.SelectMany(o => o.Names)).Distinct()];
        if (outputs.Any(o => o.Push) && names.Count == 0) faults.Add("--push", "the image has no name to be pushed under. Add --tag registry/repository:tag.");
        List<SubmittedAnnotation> annotations = [.. AnnotationParser.Parse(given.Annotations, faults), .. outputs.SelectMany(o => o.Annotations)];
        var (call, json) = CallParser.Parse(given.Call, given.Check, faults);
        var submission = new BuildSubmission
        {
            Store = given.Store,
            Context = context,
            NamedContexts = named,
            Folders = contexts.Folders,
            Layouts = contexts.Layouts,
            Dockerfile = ParseDockerfile(given, context),
            Target = given.Target is { Length: > 0 } ? given.Target : null,
            BuildArgs = buildArgs,
            Labels = PairParser.Parse("--label", given.Labels, _ => "", faults),
            Platforms = PlatformParser.Parse(given.Platforms, host.Machine, faults),
            NoCache = ParseNoCache(given),
            Hosts = [.. steps.ParseHosts(given.Hosts)],
            Network = steps.ParseNetwork(given.Network, grants),
            SharedMemory = steps.ParseMemory(given.SharedMemory),
            Limits = [.. steps.ParseLimits(given.Limits)],
            CgroupParent = given.CgroupParent,
            Names = names,
            Outputs = outputs,
            DockerFormat = Agree(outputs, o => o.OciMediaTypes, "oci-mediatypes") is { } oci ? !oci : null,
            Compression = Agree(outputs, o => o.Compression, "compression") ?? Compression.Gzip,
            CompressionLevel = Agree(outputs, o => o.CompressionLevel, "compression-level"),
            ManifestAnnotations = Collect(annotations.Where(a => !a.OfIndex)),
            IndexAnnotations = Collect(annotations.Where(a => a.OfIndex)),
            Sbom = statements.Sbom,
            Provenance = statements.Provenance,
            DetailedProvenance = statements.IsDetailed,
            Secrets = new SecretParser(host.CurrentDirectory, host.Environment, faults).Parse(given.Secrets),
            Ssh = new SshParser(host.CurrentDirectory, host.Environment, faults).Parse(given.Ssh),
            Grants = grants,
            SourceDateEpoch = ParseEpoch(buildArgs),
            Builders = given.Builder is { } builders ? new EndpointParser(host.CurrentDirectory, f => faults.Add("--builder", f)).Parse(builders) : [],
            MetadataFile = ParseFile("--metadata-file", given.MetadataFile),
            ImageIdFile = ParseFile("--iidfile", given.ImageIdFile),
            Call = call,
            IsCallJson = json,
            Progress = new ProgressParser(host.Environment, host.IsErrorTerminal, faults).Parse(given.Progress, given.Quiet),
        };
        return faults.Texts.Count == 0 ? submission : null;
    }

    private List<SubmittedOutput> ParseOutputs(BuildArguments given)
    {
        var parser = new OutputParser(host.CurrentDirectory, faults);
        List<SubmittedOutput> outputs = [.. given.Outputs.Select(parser.Parse).OfType<SubmittedOutput>()];
        if (given.Push && !outputs.Any(o => o.Kind == OutputKind.Image)) outputs.Add(new SubmittedOutput(OutputKind.Image));
        if (given.Push) outputs = [.. outputs.Select(o => o.Kind == OutputKind.Image ? o with { Push = true } : o)];
        if (given.Load && !outputs.Any(o => o.Kind == OutputKind.Load)) outputs.Add(new SubmittedOutput(OutputKind.Load));
        var printed = outputs.Count(o => o.IsStandardOutput);
        if (printed > 1) faults.Add("--output", "two of them go to standard output. Give all but one a dest that is a file.");
        if (printed > 0 && host.IsOutputTerminal) faults.Add("--output", "an archive would be written to the terminal. Give it a dest that is a file, or send standard output to one.");
        return outputs;
    }

    private DockerfilePlace ParseDockerfile(BuildArguments given, BuildContext? context)
    {
        const string byDefault = "Dockerfile";
        var file = given.File;
        if (file == "-")
        {
            if (given.Context == "-") faults.Add("--file", "the Dockerfile and the context cannot both come on standard input. Name one of them.");
            return new DockerfileOnInput();
        }
        if (file?.Contains("://", StringComparison.Ordinal) == true)
            faults.Add("--file", $"'{file}' is an address, and a Dockerfile is not fetched by itself. Name a file, or give the address as the context.");
        if (context is FolderContext)
            return new DockerfileOnDisk(file is null ? Path.Combine(Path.GetFullPath(given.Context, host.CurrentDirectory), byDefault) : Path.GetFullPath(file, host.CurrentDirectory));
        if (file is not null && Path.IsPathFullyQualified(file)) return new DockerfileOnDisk(file);
        return new DockerfileInContext(file ?? byDefault);
    }

    private string? ParseFile(string option, string? file)
    {
        if (file is null) return null;
        var path = file.Length == 0 ? null : Path.GetFullPath(file, host.CurrentDirectory);
        if (path is null || Directory.Exists(path)) faults.Add(option, $"'{file}' is no path of a file. Write one.");
        else if (!Directory.Exists(Path.GetDirectoryName(path))) faults.Add(option, $"'{file}' is in a folder that is not there. Make the folder first.");
        return path;
    }

    private static IReadOnlyList<string>? ParseNoCache(BuildArguments given)
    {
        if (given.NoCache) return [];
        return given.NoCacheFilters.SelectMany(f => f.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList() is { Count: > 0 } stages ? stages : null;
    }

    private long ParseEpoch(Dictionary<string, string> buildArgs)
    {
        var asked = buildArgs.GetValueOrDefault(EpochVariable);
        var text = asked ?? host.Environment.GetValueOrDefault(EpochVariable);
        if (string.IsNullOrEmpty(text)) return SourceDateEpoch.OfDockerfiles;
        if (SourceDateEpoch.Find(text) is { } epoch) return epoch;
        // The argument may name what has the time, which the frontend finds.
        if (asked is not null) return SourceDateEpoch.OfDockerfiles;
        faults.Add(EpochVariable, $"'{text}' is no number of seconds since 1970. Set it to one, or unset it.");
        return 0;
    }

    private bool MakesProvenance() => Switches.Parse(host.Environment.GetValueOrDefault("BUILDX_NO_DEFAULT_ATTESTATIONS", "")) is not true;

    private T? Agree<T>(List<SubmittedOutput> outputs, Func<SubmittedOutput, T?> choose, string key) where T : struct
    {
        T? chosen = null;
        foreach (var output in outputs)
        {
            var other = choose(output);
            if (chosen is null) chosen = other;
            if (other is null || chosen.Equals(other)) continue;
            faults.Add("--output", $"two of them differ in {key}, and all have the same image. Keep one.");
            break;
        }
        return chosen;
    }

    private static Dictionary<string, string> Collect(IEnumerable<SubmittedAnnotation> annotations)
    {
        var collected = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var annotation in annotations) collected[annotation.Key] = annotation.Value;
        return collected;
    }
}
