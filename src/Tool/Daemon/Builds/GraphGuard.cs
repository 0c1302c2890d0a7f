using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Devices;
using MsBuildKit.Tool.Daemon.Policies;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>Lets graphs of clients in: those that ask for nothing that is not known here, and nothing that was not granted.</summary>
/// <param name="granted">The entitlements of the build.</param>
/// <param name="policy">What sources may be.</param>
/// <param name="devices">Which devices steps may have.</param>
internal sealed class GraphGuard(IReadOnlySet<string> granted, SourcePolicy policy, DeviceGrants devices)
{
    /// <summary>What sources may be.</summary>
    public SourcePolicy Policy => policy;

    /// <summary>Loads a graph, with other sources where the policy wants them, and with the devices that it means. Throws MBK1301, MBK2045, MBK2504, MBK2509 and MBK2510.</summary>
    public (Definition Graph, Edge Edge) Admit(Definition asked) => Admit(asked, policy);

    /// <summary>The same with a policy that has more rules; gives the graph as well.</summary>
    public (Definition Graph, Edge Edge) Admit(Definition asked, SourcePolicy rules)
    {
        var graph = devices.Admit(PolicedGraph.Of(asked, rules));
        foreach (var (digest, metadata) in graph.Metadata)
            foreach (var (capability, isNeeded) in metadata.Caps)
                if (isNeeded && !DaemonCapabilities.OfLlb.Contains(capability))
                    throw new DaemonException(DaemonException.CapabilityUnknown, ErrorKind.NotSupported, $"unknown API capability {capability} of {digest}: update msbuildkit, or ask for less");
        var edge = LlbGraph.Load(graph);
        foreach (var exec in edge.Vertices().Select(v => v.Op.Exec).OfType<ExecOp>())
        {
            Admit(exec.Network);
            Admit(exec.Security);
        }
        return (graph, edge);
    }

    /// <summary>Throws MBK2504 for a network that was not granted.</summary>
    public void Admit(NetMode network)
    {
        if (network == NetMode.Host) Require(Entitlements.HostNetwork);
    }

    /// <summary>Throws MBK2504 for a confinement that was not granted.</summary>
    public void Admit(SecurityMode security)
    {
        if (!Enum.IsDefined(security)) throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"invalid security mode {(int)security}: use sandbox or insecure");
        if (security == SecurityMode.Insecure) Require(Entitlements.Insecure);
    }

    private void Require(string entitlement)
    {
        if (!granted.Contains(entitlement))
            throw new DaemonException(DaemonException.NotGranted, ErrorKind.FailedPrecondition, $"{entitlement} is not allowed");
    }
}
