using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Reads one image for every runtime identifier.</summary>
internal sealed partial class ImageFactory(BuildImageParameters parameters, Problems problems, long epoch)
{
    public List<ProjectImage> Create()
    {
        var images = new List<ProjectImage>();
        foreach (var part in parameters.Parts.Where(p => p.GetMetadata("Kind") == "Image"))
            if (CreateImage(part) is { } image)
                images.Add(image);
        if (images.Count == 0 && !problems.Any)
            problems.Add(Problem.RuntimeIdentifier, "ContainerRuntimeIdentifiers", "no image is asked for. Name at least one runtime identifier, such as linux-x64.");
        foreach (var twice in images.GroupBy(i => i.Platform.ToString()).Where(g => g.Count() > 1))
            problems.Add(Problem.RuntimeIdentifier, "ContainerRuntimeIdentifiers", $"two of them are the platform '{twice.Key}'. Keep one.");
        return images;
    }

    private ProjectImage? CreateImage(ITaskItem part)
    {
        var rid = part.ItemSpec;
        if (ParsePlatform(rid) is not { } platform) return null;
        var workingDirectory = ParseWorkingDirectory(part.GetMetadata("WorkingDirectory"));
        var files = new FileFactory(parameters, problems).Create(part, rid, platform, workingDirectory);
        var (steps, contexts) = new StepFactory(parameters, problems).Create(platform);
        return new ProjectImage
        {
            Platform = platform,
            Base = new BaseFactory(parameters, problems).Create(part.GetMetadata("BaseImage")),
            Files = files,
            Config = CreateConfig(part, workingDirectory),
            Steps = steps,
            Contexts = contexts,
        };
    }

    internal Platform? ParsePlatform(string rid)
    {
        if (RuntimeIdentifiers.ToPlatform(rid) is not { } platform)
        {
            problems.Add(Problem.RuntimeIdentifier, "ContainerRuntimeIdentifier", $"'{rid}' is no runtime identifier of a container platform. Use one such as linux-x64, linux-arm64 or linux-musl-x64.");
            return null;
        }
        if (platform.Os != "windows") return platform;
        problems.Add(Problem.RuntimeIdentifier, "ContainerRuntimeIdentifier", $"'{rid}' is for Windows, whose images have layers of another kind that cannot be written here. Use one such as linux-x64.");
        return null;
    }

    /// <summary>What the project says of itself, and the user's own labels, which win.</summary>
    internal Dictionary<string, string> ParseLabels()
    {
        var labels = GenerateLabels();
        foreach (var (key, value) in ParsePairs(parameters.Labels, "ContainerLabel")) labels[key] = value;
        return labels;
    }

    private string ParseWorkingDirectory(string given)
    {
        if (given.Length == 0) return "/app";
        if (ImagePath.Normalize(given) is { } path) return path;
        problems.Add(Problem.WorkingDirectory, "ContainerWorkingDirectory", $"'{given}' is no absolute path in the image. Write one such as '/app'.");
        return "/app";
    }

    private ProjectImageConfig CreateConfig(ITaskItem part, string workingDirectory) => new()
    {
        WorkingDirectory = workingDirectory,
        User = ParseUser(parameters.User, "ContainerUser"),
        AppCommand = parameters.AppCommand.Count > 0 ? ParseWords(parameters.AppCommand, "ContainerAppCommand") : DefaultCommand(part, workingDirectory),
        AppCommandArgs = ParseWords(parameters.AppCommandArgs, "ContainerAppCommandArgs"),
        DefaultArgs = ParseWords(parameters.DefaultArgs, "ContainerDefaultArgs"),
        Entrypoint = ParseWords(parameters.Entrypoint, "ContainerEntrypoint"),
        EntrypointArgs = ParseWords(parameters.EntrypointArgs, "ContainerEntrypointArgs"),
        Instruction = ParseInstruction(),
        Environment = ParseEnvironment(),
        Labels = ParsePairs(parameters.Labels, "ContainerLabel"),
        GeneratedLabels = GenerateLabels(),
        LabelBaseName = Text.IsOn(parameters.GenerateLabels, true) && Text.IsOn(parameters.LabelBaseName, true),
        LabelBaseDigest = Text.IsOn(parameters.GenerateLabels, true) && Text.IsOn(parameters.LabelBaseDigest, true),
        Ports = ParsePorts(),
        Volumes = ParseVolumes(),
        StopSignal = ParseStopSignal(),
        Healthcheck = new HealthcheckFactory(problems).Create(parameters.Healthcheck),
    };

    private string[] DefaultCommand(ITaskItem part, string workingDirectory)
    {
        if (parameters.AppCommandInstruction.Equals("None", StringComparison.OrdinalIgnoreCase)) return [];
        var selfContained = Text.IsOn(part.GetMetadata("SelfContained"), false);
        var name = part.GetMetadata(selfContained ? "Executable" : "Assembly");
        if (ImagePath.Join(workingDirectory, name) is { } path) return selfContained ? [path] : ["dotnet", path];
        problems.Add(Problem.Command, "AssemblyName", $"'{name}' is no name of a file that an image could start. Set AssemblyName, or ContainerAppCommand.");
        return [];
    }

    private string[] ParseWords(IReadOnlyList<ITaskItem> items, string subject)
    {
        foreach (var item in items.Where(i => !Text.IsValue(i.ItemSpec)))
            problems.Add(Problem.Command, subject, $"'{item.ItemSpec}' has a NUL or half a character, which no argument can have. Leave it out.", item);
        return [.. items.Select(i => i.ItemSpec)];
    }

    internal string? ParseUser(string given, string subject)
    {
        if (given.Length == 0) return null;
        if (IsUserAndGroup(given)) return given;
        problems.Add(Problem.User, subject, $"'{given}' is no user. Write a name or a number up to 2147483647, with an optional group after ':'.");
        return null;
    }

    /// <summary>A name or number, with an optional group after <c>:</c>.</summary>
    internal static bool IsUserAndGroup(string text) => text.Split(':') is { Length: <= 2 } parts && parts.All(IsUser);

    internal static bool IsVariable(string text) => VariableName().IsMatch(text);

    // Digits are a number and never a name: what is too large for one (as the engines that run containers have it) is refused, not looked up.
    private static bool IsUser(string text) => text.Length > 0 && text.All(char.IsAsciiDigit)
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        : UserName().IsMatch(text);

    private AppCommandInstruction? ParseInstruction()
    {
        switch (parameters.AppCommandInstruction.ToLowerInvariant())
        {
            case "": return null;
            case "entrypoint": return AppCommandInstruction.Entrypoint;
            case "defaultargs": return AppCommandInstruction.DefaultArgs;
            case "none": return AppCommandInstruction.None;
            default:
                problems.Add(Problem.Command, "ContainerAppCommandInstruction", $"'{parameters.AppCommandInstruction}' is no instruction. Choose Entrypoint, DefaultArgs or None.");
                return null;
        }
    }

    private List<KeyValuePair<string, string>> ParseEnvironment()
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (var item in parameters.EnvironmentVariables)
            if (!VariableName().IsMatch(item.ItemSpec)) problems.Add(Problem.EnvironmentVariable, "ContainerEnvironmentVariable", $"'{item.ItemSpec}' is no variable name. Use letters, digits and '_', not starting with a digit.", item);
            else if (CheckValue(item, Problem.EnvironmentVariable, "ContainerEnvironmentVariable")) variables.Add(new(item.ItemSpec, item.GetMetadata("Value")));
        return variables;
    }

    internal Dictionary<string, string> ParsePairs(IReadOnlyList<ITaskItem> items, string subject)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in items)
            if (!Text.IsKey(item.ItemSpec)) problems.Add(Problem.Key, subject, $"'{item.ItemSpec}' is no key. Use letters, digits and punctuation, without spaces.", item);
            else if (CheckValue(item, Problem.Key, subject)) pairs[item.ItemSpec] = item.GetMetadata("Value");
        return pairs;
    }

    private bool CheckValue(ITaskItem item, string code, string subject)
    {
        if (Text.IsValue(item.GetMetadata("Value"))) return true;
        problems.Add(code, subject, $"the Value of '{item.ItemSpec}' has a NUL or half a character, which no image can hold. Leave it out.", item);
        return false;
    }

    private Dictionary<string, string> GenerateLabels()
    {
        if (!Text.IsOn(parameters.GenerateLabels, byDefault: true)) return [];
        var labels = ParsePairs(parameters.GeneratedLabels, "ContainerGenerateLabels");
        if (labels.TryGetValue(AnnotationKeys.Source, out var source)) labels[AnnotationKeys.Source] = SourceAddress.WithoutCredentials(source);
        if (!Text.IsOn(parameters.LabelCreated, byDefault: true)) return labels;
        var created = DateTimeOffset.FromUnixTimeSeconds(epoch).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        labels["org.opencontainers.image.created"] = created;
        labels["org.opencontainers.artifact.created"] = created;
        return labels;
    }

    private List<string> ParsePorts()
    {
        var ports = new List<string>();
        foreach (var item in parameters.Ports)
        {
            var type = item.GetMetadata("Type") is { Length: > 0 } given ? given.ToLowerInvariant() : "tcp";
            if (int.TryParse(item.ItemSpec, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 && type is "tcp" or "udp" or "sctp")
                ports.Add($"{port}/{type}");
            else
                problems.Add(Problem.Port, "ContainerPort", $"'{item.ItemSpec}/{type}' is no port. Use 1 to 65535, with Type tcp, udp or sctp.", item);
        }
        return ports;
    }

    private List<string> ParseVolumes()
    {
        var volumes = new List<string>();
        foreach (var item in parameters.Volumes)
            if (ImagePath.Normalize(item.ItemSpec.Replace('\\', '/')) is { Length: > 1 } path) volumes.Add(path);
            else problems.Add(Problem.Volume, "ContainerVolume", $"'{item.ItemSpec}' is no absolute path in the image. Write one such as '/data'.", item);
        return volumes;
    }

    private string? ParseStopSignal()
    {
        if (parameters.StopSignal.Length == 0) return null;
        if (Signal().IsMatch(parameters.StopSignal)) return parameters.StopSignal;
        problems.Add(Problem.StopSignal, "ContainerStopSignal", $"'{parameters.StopSignal}' is no signal. Write a name such as SIGTERM, or a number.");
        return null;
    }

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_.-]{0,31}\z")]
    private static partial Regex UserName();

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_]*\z")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"^(?:SIG[A-Z0-9+-]{1,12}|[1-9][0-9]?)\z")]
    private static partial Regex Signal();
}
