using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What this machine's files say of its devices (Container Device Interface 0.8), those in JSON.</summary>
/// <remarks>A device is what it adds to a step: nodes, mounts and variables. A program that would have to be run on the machine for it (a hook) is
/// not: it could do what no step can.</remarks>
internal sealed class DeviceFiles(IReadOnlyList<string> folders)
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>The step with its devices. Throws MBK2045 for one that is not described, MBK2046 for one that cannot be given.</summary>
    public StepSpec Give(StepSpec spec)
    {
        var edits = new List<DeviceEdits>();
        foreach (var device in spec.Devices)
        {
            var found = Find(device.Name);
            if (found.Count == 0 && !device.Optional) throw NotFound(device.Name);
            edits.AddRange(found.Where(f => !edits.Contains(f)));
        }
        return spec with
        {
            Environment = [.. spec.Environment, .. edits.SelectMany(e => e.Environment)],
            Mounts = [.. spec.Mounts, .. edits.SelectMany(e => e.Mounts).DistinctBy(m => m.Destination).Where(m => spec.Mounts.All(s => s.Destination != m.Destination))],
        };
    }

    private static DeviceEdits? EditsOf(JsonElement holder, string path, string device) =>
        holder.TryGetProperty("containerEdits", out var edits) ? DeviceEdits.Read(edits, path, device) : null;

    // Later folders win, as the specification has it; what a file says for all of its devices comes with each.
    private List<DeviceEdits> Find(string name)
    {
        var (kind, wanted) = name.Split('=', 2) is [var k, var w] ? (k, w) : (name, "");
        var found = new SortedDictionary<string, (string Path, JsonElement File, JsonElement Device)>(StringComparer.Ordinal);
        foreach (var path in Files(".json"))
        {
            using var document = Read(path);
            if (document?.RootElement.Clone() is not { } file) continue;
            foreach (var device in DevicesOf(file, kind))
                if (device.GetProperty("name").GetString() is { } id && (wanted is "" or "*" || wanted == id))
                    found[id] = (path, file, device);
        }
        return [.. found.Values.Take(wanted == "" ? 1 : found.Count).SelectMany(f => new[] { EditsOf(f.File, f.Path, name), EditsOf(f.Device, f.Path, name) }).OfType<DeviceEdits>()];
    }

    private static IEnumerable<JsonElement> DevicesOf(JsonElement file, string kind) =>
        file.ValueKind == JsonValueKind.Object && file.TryGetProperty("kind", out var own) && own.ValueKind == JsonValueKind.String && own.ValueEquals(kind)
            && file.TryGetProperty("devices", out var devices) && devices.ValueKind == JsonValueKind.Array
            ? devices.EnumerateArray().Where(d => d.ValueKind == JsonValueKind.Object && d.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String)
            : [];

    private IEnumerable<string> Files(params ReadOnlySpan<string> endings)
    {
        var wanted = endings.ToArray();
        return folders.Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f).Order(StringComparer.Ordinal)).Where(f => wanted.Contains(Path.GetExtension(f)));
    }

    private static JsonDocument? Read(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path), s_strict);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // Another's file need not concern a step; its own device is then not found.
            return null;
        }
    }

    private WorkerException NotFound(string name)
    {
        var unread = Files(".yaml", ".yml").ToList();
        var hint = unread.Count == 0 ? "" : $" What '{string.Join("', '", unread)}' say was not read: only JSON is.";
        return new WorkerException(StepErrors.NoDeviceCode, ErrorKind.NotFound,
            $"A step asks for the device '{name}', and no file in '{string.Join("' or '", folders)}' describes it.{hint} Describe it there as JSON, or leave it out of the step.");
    }
}
