using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Devices;

/// <summary>Which devices a build may have: those that its client granted (BuildKit's entitlement <c>device</c>), and those that all may.</summary>
/// <remarks>What a graph calls a device may mean another tomorrow. So steps get the names of those that are meant now, and their results are the results of these.</remarks>
internal sealed class DeviceGrants
{
    private const string Alias = "alias";

    private readonly DaemonDevices _devices;
    private readonly bool _all;
    private readonly List<string> _named = [];
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);

    /// <param name="asked">The entitlements that a client asks for: <c>device</c>, <c>device=NAME</c> or <c>device=NAME,alias=NAME</c>, and others. Throws MBK2504.</param>
    /// <param name="devices">Those of the machine.</param>
    public DeviceGrants(IEnumerable<string> asked, DaemonDevices devices)
    {
        _devices = devices;
        foreach (var text in asked)
        {
            if (text.Split('=', 2) is not [Entitlements.Device, ..] parts) continue;
            if (parts is not [_, { Length: > 0 } named]) _all = true;
            else Add(named);
        }
    }

    /// <summary>The graph with the devices of this machine that its steps mean. Throws MBK2504 for one that was not granted, MBK2045 for one that is not there.</summary>
    public Definition Admit(Definition graph) => GraphRewriter.Rewrite(graph, (_, op) =>
    {
        if (op.Exec is not { CdiDevices.Count: > 0 } exec) return null;
        var meant = Find(exec.CdiDevices).Select(d => new CDIDevice { Name = d.Name }).ToList();
        if (exec.CdiDevices.SequenceEqual(meant)) return null;
        exec.CdiDevices.Clear();
        exec.CdiDevices.Add(meant);
        return op;
    });

    private IReadOnlyList<MachineDevice> Find(IEnumerable<CDIDevice> asked)
    {
        var found = _devices.Files.Find(asked.Select(d => new StepDevice(_aliases.GetValueOrDefault(d.Name, d.Name), d.Optional)));
        if (_all) return found;
        var granted = _devices.Files.Find(_named.Select(n => new StepDevice(n))).Select(d => d.Name).ToHashSet(StringComparer.Ordinal);
        var refused = found.Where(d => !granted.Contains(d.Name) && !_devices.IsAllowed(d)).Select(d => d.Name).ToList();
        return refused.Count == 0 ? found : throw new DaemonException(DaemonException.NotGranted, ErrorKind.FailedPrecondition,
            refused is [var one] ? $"device {one} is requested by the build but not allowed" : $"devices {string.Join(", ", refused)} are requested by the build but not allowed");
    }

    private void Add(string text)
    {
        var fields = text.Split(',');
        _named.Add(fields[0]);
        foreach (var field in fields.Skip(1))
            if (field.Split('=', 2) is [Alias, { Length: > 0 } alias]) _aliases[alias] = fields[0];
            else throw new DaemonException(DaemonException.NotGranted, ErrorKind.Invalid, $"invalid device config \"{field}\": write device=NAME, or device=NAME,alias=NAME");
    }
}
