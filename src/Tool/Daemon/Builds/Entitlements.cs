using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>What builds may do beyond the sandbox: granted by the daemon, and asked for by the client.</summary>
internal static class Entitlements
{
    public const string HostNetwork = "network.host", Insecure = "security.insecure", Device = "device";

    private static readonly string[] s_known = [HostNetwork, Insecure, Device];

    /// <summary>There is such an entitlement; a device may be named behind the kind.</summary>
    public static bool IsKnown(string text) => s_known.Contains(text.Split('=', 2)[0]);

    /// <summary>Those that a client asks for, by name. Throws MBK2504 for one that the daemon does not grant, and for one that nobody knows.</summary>
    public static IReadOnlySet<string> Grant(IEnumerable<string> asked, IReadOnlySet<string> allowed)
    {
        var granted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in asked)
        {
            // A device may be named behind the kind.
            var name = text.Split('=', 2)[0];
            if (!s_known.Contains(name)) throw new DaemonException(DaemonException.NotGranted, ErrorKind.Invalid, $"unknown entitlement {text}");
            if (!allowed.Contains(name)) throw new DaemonException(DaemonException.NotGranted, ErrorKind.FailedPrecondition, $"granting entitlement {name} is not allowed by build daemon configuration");
            granted.Add(name);
        }
        return granted;
    }
}
