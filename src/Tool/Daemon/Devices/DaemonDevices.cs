using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Protocol.Types;

namespace MsBuildKit.Tool.Daemon.Devices;

/// <summary>The devices of this machine that builds may ask for.</summary>
/// <param name="folders">Where files describe them; none where devices are switched off.</param>
/// <param name="allowed">Devices and kinds that every build may have, besides those whose files say so.</param>
internal sealed class DaemonDevices(IReadOnlyList<string> folders, IReadOnlyList<string> allowed)
{
    public DeviceFiles Files { get; } = new(folders);

    /// <summary>No build needs to be granted it.</summary>
    public bool IsAllowed(MachineDevice device) => device.IsAllowed || allowed.Contains(device.Name) || allowed.Contains(device.Kind);

    /// <summary>As clients are told. None is made when somebody asks for it.</summary>
    public IEnumerable<CDIDevice> Describe() => Files.List().Select(d => new CDIDevice { Name = d.Name, AutoAllow = IsAllowed(d), Annotations = { d.Annotations.ToDictionary() } });
}
