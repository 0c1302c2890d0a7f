using System.Reflection;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Devices;
using MsBuildKit.Tool.Protocol.Types;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>What clients are told of who builds.</summary>
/// <param name="id">Of the store.</param>
/// <param name="platforms">What can be built, the machine's own first.</param>
/// <param name="labels">What is said besides.</param>
/// <param name="devices">What steps may ask for.</param>
internal sealed class WorkerDescription(string id, IReadOnlyList<Engine.Oci.Platform> platforms, IReadOnlyDictionary<string, string> labels, DaemonDevices devices)
{
    public BuildkitVersion Version { get; } = new()
    {
        Package = "MsBuildKit",
        DockerfileVersion = Frontends.DockerfileFrontend.Version,
        Version = typeof(WorkerDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
        Revision = typeof(WorkerDescription).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+').ElementAtOrDefault(1) ?? "",
    };

    public WorkerRecord Describe()
    {
        var record = new WorkerRecord
        {
            ID = id,
            Labels = { ["org.mobyproject.buildkit.worker.executor"] = "oci", ["org.mobyproject.buildkit.worker.network"] = "sandbox" },
            Platforms = { platforms.Select(p => new Platform { OS = p.Os, Architecture = p.Architecture, Variant = p.Variant ?? "", OSVersion = p.OsVersion ?? "" }) },
            BuildkitVersion = Version,
            CDIDevices = { devices.Describe() },
        };
        foreach (var (name, value) in labels) record.Labels[name] = value;
        return record;
    }
}
