using System.CommandLine;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>Flags of buildkitd that have no meaning here: they are taken, so that the daemon can stand where buildkitd stood.</summary>
internal sealed class UnusedFlags
{
    private static readonly string[] s_switches =
    [
        "debug", "trace", "rootless", "proxy-network", "save-cache-debug", "oci-worker", "oci-worker-rootless", "oci-worker-no-process-sandbox", "oci-worker-selinux",
        "containerd-worker", "containerd-worker-rootless", "containerd-worker-selinux", "containerd-worker-gc",
    ];

    private static readonly string[] s_values =
    [
        "log-format", "log-level", "debugaddr", "otel-socket-path", "oci-worker-snapshotter", "oci-worker-proxy-snapshotter-path", "oci-worker-net", "oci-worker-binary",
        "oci-worker-apparmor-profile", "oci-cni-config-path", "oci-cni-binary-dir", "oci-cni-pool-size", "containerd-worker-addr", "containerd-worker-labels", "containerd-worker-platform",
        "containerd-worker-namespace", "containerd-worker-runtime", "containerd-worker-net", "containerd-worker-snapshotter", "containerd-worker-apparmor-profile", "containerd-cni-config-path",
        "containerd-cni-binary-dir", "containerd-cni-pool-size", "containerd-max-parallelism", "containerd-worker-gc-keepstorage",
    ];

    private readonly List<Option> _options =
    [
        .. s_switches.Select(n => new Option<bool>($"--{n}") { Hidden = true }),
        .. s_values.Select(n => new Option<string[]>($"--{n}") { Hidden = true }),
    ];

    public void AddTo(Command command)
    {
        foreach (var option in _options) command.Options.Add(option);
    }

    /// <summary>Those that were given.</summary>
    public IEnumerable<string> Given(ParseResult result) => _options.Where(o => result.GetResult(o) is { Implicit: false }).Select(o => o.Name);
}
