using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>What a request asks for and this daemon does not do. Nothing of it is passed over in silence: a policy that nobody asks, or a cache that nobody writes, would be missed too late.</summary>
internal static class UnofferedParts
{
    private const int NewestCompatibility = 30;

    /// <summary>Throws MBK2519 with all of it.</summary>
    public static void Refuse(SolveRequest request)
    {
        var parts = new List<string>();
        if (request.ProxyNetwork) parts.Add("the network of steps is not recorded: leave --proxy-network out");
        if (request.CompatibilityVersion is < 0 or > NewestCompatibility) parts.Add($"the compatibility version {request.CompatibilityVersion} is not known: use at most {NewestCompatibility}");
        if (parts.Count > 0) throw new DaemonException(DaemonException.NotOffered, ErrorKind.NotSupported, string.Join("; ", parts));
    }

    /// <summary>BuildKit's number for how results are written: the newest where a request names none.</summary>
    public static int CompatibilityOf(SolveRequest request) => request.CompatibilityVersion == 0 ? NewestCompatibility : (int)request.CompatibilityVersion;
}
