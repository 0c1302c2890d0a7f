using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What this machine's files say of its devices (Container Device Interface 0.8), those in JSON and in YAML.</summary>
/// <remarks>A device is what it adds to a step: nodes, mounts and variables. A program that would have to be run on the machine for it (a hook) is
/// not: it could do what no step can. Files are read each time that somebody asks.</remarks>
/// <param name="folders">Where they are; of two for the same device the later folder's counts.</param>
public sealed class DeviceFiles(IReadOnlyList<string> folders)
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>Where they are on most machines.</summary>
    public static IReadOnlyList<string> Folders { get; } = ["/etc/cdi", "/var/run/cdi"];

    /// <summary>All devices, by name.</summary>
    public IReadOnlyList<MachineDevice> List() => Read(new List<string>());

    /// <summary>Those that are meant; none for one that is optional and not there. Throws MBK2045.</summary>
    public IReadOnlyList<MachineDevice> Find(IEnumerable<StepDevice> asked)
    {
        var unread = new List<string>();
        var all = Read(unread);
        return [.. asked.SelectMany(a => Find(a, all, unread)).Distinct()];
    }

    /// <summary>The step with its devices. Throws MBK2045 for one that is not described, MBK2046 for one that cannot be given.</summary>
    internal StepSpec Give(StepSpec spec)
    {
        var unread = new List<string>();
        var all = Read(unread);
        var given = new HashSet<MachineDevice>();
        var edits = spec.Devices.SelectMany(asked => Find(asked, all, unread).Where(given.Add).SelectMany(d => d.Edits(asked.Name))).ToList();
        return spec with
        {
            Environment = [.. spec.Environment, .. edits.SelectMany(e => e.Environment).Distinct()],
            Mounts = [.. spec.Mounts, .. edits.SelectMany(e => e.Mounts).DistinctBy(m => m.Destination).Where(m => spec.Mounts.All(s => s.Destination != m.Destination))],
        };
    }

    private List<MachineDevice> Find(StepDevice asked, IReadOnlyList<MachineDevice> all, List<string> unread)
    {
        var (kind, wanted) = asked.Name.Split('=', 2) is [var k, var w] ? (k, w) : (asked.Name, "");
        var ofKind = all.Where(d => d.Kind == kind);
        var found = wanted switch
        {
            "" => ofKind.Take(1).ToList(),
            "*" => [.. ofKind],
            _ => [.. ofKind.Where(d => d.Name == asked.Name)],
        };
        if (found.Count == 0) found = [.. all.Where(d => d.Class == asked.Name)];
        return found.Count > 0 || asked.Optional ? found : throw NotFound(asked.Name, unread);
    }

    private List<MachineDevice> Read(List<string> unread)
    {
        var found = new SortedDictionary<string, MachineDevice>(StringComparer.Ordinal);
        foreach (var path in folders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f).Order(StringComparer.Ordinal)).Where(IsDescription))
        {
            using var document = Read(path);
            if (document is null) unread.Add(path);
            else foreach (var device in DevicesOf(document.RootElement.Clone(), path)) found[device.Name] = device;
        }
        return [.. found.Values];
    }

    private static bool IsDescription(string path) => Path.GetExtension(path) is ".json" or ".yaml" or ".yml";

    private static IEnumerable<MachineDevice> DevicesOf(JsonElement file, string path) =>
        file.ValueKind == JsonValueKind.Object && file.TryGetProperty("kind", out var kind) && kind.ValueKind == JsonValueKind.String
            && file.TryGetProperty("devices", out var devices) && devices.ValueKind == JsonValueKind.Array
            ? devices.EnumerateArray().Where(d => d.ValueKind == JsonValueKind.Object && d.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String)
                .Select(d => new MachineDevice(kind.GetString()!, d.GetProperty("name").GetString()!, path, file, d))
            : [];

    private static JsonDocument? Read(string path)
    {
        try
        {
            return Path.GetExtension(path) == ".json" ? JsonDocument.Parse(File.ReadAllBytes(path), s_strict) : YamlAsJson.Read(File.ReadAllText(path), s_strict);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // Another's file need not concern a step; its own device is then not found.
            return null;
        }
    }

    private WorkerException NotFound(string name, List<string> unread)
    {
        if (folders.Count == 0)
            return new WorkerException(StepErrors.NoDeviceCode, ErrorKind.NotFound, $"A step asks for the device '{name}', and devices are switched off here. Switch them on, or leave it out of the step.");
        var hint = unread.Count == 0 ? "" : $" What '{string.Join("', '", unread)}' say cannot be read.";
        return new WorkerException(StepErrors.NoDeviceCode, ErrorKind.NotFound,
            $"A step asks for the device '{name}', and no file in '{string.Join("' or '", folders)}' describes it.{hint} Describe it there, or leave it out of the step.");
    }
}
