using System.Text.Json;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What a device adds to a step.</summary>
/// <param name="Environment"><c>NAME=value</c>.</param>
/// <param name="Mounts">Its nodes and files.</param>
internal sealed record DeviceEdits(IReadOnlyList<string> Environment, IReadOnlyList<StepMount> Mounts)
{
    /// <summary>Reads <c>containerEdits</c>. Throws MBK2046 when a step cannot have what they say.</summary>
    public static DeviceEdits Read(JsonElement edits, string path, string device)
    {
        try
        {
            foreach (var edit in edits.EnumerateObject())
                if (edit.Name is not ("env" or "deviceNodes" or "mounts") && edit.Value.ValueKind != JsonValueKind.Null)
                    throw StepErrors.BadDevice(device, $"'{path}' asks for '{edit.Name}', which steps cannot have");
            return new DeviceEdits(
                [.. Items(edits, "env").Select(v => v.GetString() ?? "")],
                [.. Items(edits, "deviceNodes").Select(n => Node(n, device)), .. Items(edits, "mounts").Select(m => File(m, device))]);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException)
        {
            throw StepErrors.BadDevice(device, $"'{path}' is not what the specification of such files asks for");
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement edits, string name) =>
        edits.TryGetProperty(name, out var items) && items.ValueKind != JsonValueKind.Null ? items.EnumerateArray().ToList() : [];

    private static DeviceNode Node(JsonElement node, string device)
    {
        var inside = node.GetProperty("path").GetString() ?? "";
        return new DeviceNode(Present(node.TryGetProperty("hostPath", out var host) && host.GetString() is { Length: > 0 } own ? own : inside, device), inside);
    }

    // Nobody writes to a machine's own files by way of a device.
    private static BindMount File(JsonElement mount, string device) =>
        new(Present(mount.GetProperty("hostPath").GetString() ?? "", device), mount.GetProperty("containerPath").GetString() ?? "", ReadOnly: true);

    private static string Present(string path, string device) =>
        Path.IsPathFullyQualified(path) && Path.Exists(path) ? path : throw StepErrors.BadDevice(device, $"'{path}' is not on this machine");
}
