using System.Text.Json;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A device as a file of this machine describes it.</summary>
public sealed class MachineDevice
{
    private const string ClassKey = "org.mobyproject.buildkit.device.class", AllowedKey = "org.mobyproject.buildkit.device.autoallow";

    private readonly string _path;
    private readonly JsonElement _file, _device;

    internal MachineDevice(string kind, string name, string path, JsonElement file, JsonElement device)
    {
        (Kind, Name, _path, _file, _device) = (kind, $"{kind}={name}", path, file, device);
        // What is said of the device wins over what is said of all in its file.
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var holder in (JsonElement[])[file, device])
            if (holder.TryGetProperty("annotations", out var said) && said.ValueKind == JsonValueKind.Object)
                foreach (var one in said.EnumerateObject().Where(o => o.Value.ValueKind == JsonValueKind.String))
                    annotations[one.Name] = one.Value.GetString()!;
        Annotations = annotations;
    }

    /// <summary><c>vendor/class=name</c></summary>
    public string Name { get; }

    /// <summary><c>vendor/class</c></summary>
    public string Kind { get; }

    /// <summary>What is said of it besides.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; }

    /// <summary>Whoever wrote its file lets every build have it (BuildKit's annotation <c>autoallow</c>).</summary>
    public bool IsAllowed => GoBoolean.Parse(Annotations.GetValueOrDefault(AllowedKey, "")) == true;

    /// <summary>A name for it and others of its sort, of any vendor; <c>null</c> for none.</summary>
    internal string? Class => Annotations.GetValueOrDefault(ClassKey);

    /// <summary>What it adds to a step. Throws MBK2046.</summary>
    /// <param name="asked">What the step calls it.</param>
    internal IEnumerable<DeviceEdits> Edits(string asked)
    {
        foreach (var holder in (JsonElement[])[_file, _device])
            if (holder.TryGetProperty("containerEdits", out var edits))
                yield return DeviceEdits.Read(edits, _path, asked);
    }
}
