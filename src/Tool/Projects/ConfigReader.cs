using System.Globalization;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Projects;

/// <summary>Reads what a project's image says of itself.</summary>
internal sealed class ConfigReader(ToolHost host, ProjectAnswer answer, RecipeFaults faults)
{
    private const string EpochVariable = "SOURCE_DATE_EPOCH";

    public ProjectImageConfig Read()
    {
        var folder = faults.Checked("ContainerWorkingDirectory", answer.Property("ContainerWorkingDirectory"), RecipeFaults.AbsolutePath()) ?? "/app";
        var labels = answer.IsOn("ContainerGenerateLabels", byDefault: true);
        return new ProjectImageConfig
        {
            WorkingDirectory = folder,
            User = faults.Checked("ContainerUser", answer.Property("ContainerUser"), RecipeFaults.User()),
            AppCommand = answer.Names("ContainerAppCommand") is { Count: > 0 } command ? command : Command(folder),
            AppCommandArgs = answer.Names("ContainerAppCommandArgs"),
            DefaultArgs = answer.Names("ContainerDefaultArgs"),
            Entrypoint = answer.Names("ContainerEntrypoint"),
            EntrypointArgs = answer.Names("ContainerEntrypointArgs"),
            Instruction = answer.Property("ContainerAppCommandInstruction").ToLowerInvariant() switch
            {
                "entrypoint" => AppCommandInstruction.Entrypoint, "defaultargs" => AppCommandInstruction.DefaultArgs, "none" => AppCommandInstruction.None, _ => null,
            },
            Environment = [.. answer.Items("ContainerEnvironmentVariable").Where(v => faults.Checked("ContainerEnvironmentVariable", v.Name, RecipeFaults.Variable()) is not null).Select(v => KeyValuePair.Create(v.Name, v.Text("Value")))],
            Labels = Pairs("ContainerLabel"),
            GeneratedLabels = labels ? Generated() : [],
            LabelBaseName = labels && answer.IsOn("ContainerGenerateLabelsImageBaseName", byDefault: true),
            LabelBaseDigest = labels && answer.IsOn("ContainerGenerateLabelsImageBaseDigest", byDefault: true),
            Ports = [.. answer.Items("ContainerPort").Select(Port).OfType<string>()],
            Volumes = [.. answer.Names("ContainerVolume").Select(v => faults.Checked("ContainerVolume", v.Replace('\\', '/'), RecipeFaults.AbsolutePath())).OfType<string>()],
            StopSignal = faults.Checked("ContainerStopSignal", answer.Property("ContainerStopSignal"), RecipeFaults.Signal()),
            Healthcheck = answer.Items("ContainerHealthcheck") is [var check, ..] ? Healthcheck(check) : null,
        };
    }

    private IReadOnlyList<string> Command(string folder)
    {
        if (answer.Property("ContainerAppCommandInstruction").Equals("None", StringComparison.OrdinalIgnoreCase)) return [];
        var isProgram = new[] { "SelfContained", "PublishSelfContained", "PublishAot", "PublishSingleFile" }.Any(p => answer.IsOn(p));
        var path = $"{folder.TrimEnd('/')}/{answer.Property(isProgram ? "AssemblyName" : "TargetFileName")}";
        return isProgram ? [path] : ["dotnet", path];
    }

    private Dictionary<string, string> Pairs(string type)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in answer.Items(type)) pairs[item.Name] = item.Text("Value");
        return pairs;
    }

    private Dictionary<string, string> Generated()
    {
        var labels = Pairs("_MsBuildKitLabel");
        if (labels.TryGetValue(AnnotationKeys.Source, out var source)) labels[AnnotationKeys.Source] = SourceAddress.WithoutCredentials(source);
        if (!answer.IsOn("ContainerGenerateLabelsImageCreated", byDefault: true)) return labels;
        var epoch = long.TryParse(host.Environment.GetValueOrDefault(EpochVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 253402300799 ? seconds : 0;
        var created = DateTimeOffset.FromUnixTimeSeconds(epoch).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        labels["org.opencontainers.image.created"] = created;
        labels["org.opencontainers.artifact.created"] = created;
        return labels;
    }

    private string? Port(ProjectItem item)
    {
        var type = item.Text("Type") is { Length: > 0 } given ? given.ToLowerInvariant() : "tcp";
        if (ushort.TryParse(item.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 && type is "tcp" or "udp" or "sctp")
            return string.Create(CultureInfo.InvariantCulture, $"{port}/{type}");
        faults.Add("ContainerPort", $"'{item.Name}/{type}' is no port.");
        return null;
    }

    private HealthcheckConfig Healthcheck(ProjectItem item)
    {
        if (item.Name.Equals("none", StringComparison.OrdinalIgnoreCase)) return new HealthcheckConfig { Test = ["NONE"] };
        return new HealthcheckConfig
        {
            Test = ["CMD-SHELL", item.Text("Command") is { Length: > 0 } command ? command : item.Name],
            Interval = Duration(item, "Interval"),
            Timeout = Duration(item, "Timeout"),
            StartPeriod = Duration(item, "StartPeriod"),
            Retries = int.TryParse(item.Text("Retries"), NumberStyles.None, CultureInfo.InvariantCulture, out var retries) ? retries : null,
        };
    }

    private long? Duration(ProjectItem item, string name)
    {
        var text = item.Text(name);
        if (text.Length == 0) return null;
        var digits = text.TrimEnd('m', 's', 'h');
        long? unit = text[digits.Length..] switch { "ms" => 1_000_000, "s" => 1_000_000_000, "m" => 60_000_000_000, "h" => 3_600_000_000_000, _ => null };
        if (unit is { } nanoseconds && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / nanoseconds) return number * nanoseconds;
        faults.Add("ContainerHealthcheck", $"{name} '{text}' is no duration. Write a number and ms, s, m or h.");
        return null;
    }
}
