using System.Net;
using System.Net.Sockets;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A network namespace that is the worker's, not the step's: whatever a step becomes inside, it cannot change what is blocked there.</summary>
internal sealed class NetworkNamespace : IDisposable
{
    // Link-local addresses, among them the metadata services of clouds, and those services where they have other addresses. The last is said
    // by its own prefix too, because an interface brings a route for it that is longer than the whole range.
    private static readonly IPNetwork[] s_blocked =
    [
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("100.100.100.200/32"), IPNetwork.Parse("192.0.0.192/32"),
        IPNetwork.Parse("fd00:ec2::254/128"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("fe80::/64"),
    ];

    private NetworkNamespace(string path) => Path = path;

    /// <summary>A file that stands for it as long as it is mounted.</summary>
    public string Path { get; }

    /// <summary>Makes one with a loopback interface and what is blocked, and mounts it on a new file at <paramref name="path"/>.</summary>
    public static NetworkNamespace Create(string path)
    {
        File.WriteAllBytes(path, []);
        Exception? failure = null;
        // The namespace is the thread's alone, and so ends the thread with it.
        var thread = new Thread(() =>
        {
            try
            {
                Enter(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failure = e;
            }
        }, 256 << 10);
        thread.Start();
        thread.Join();
        return failure is null ? new NetworkNamespace(path) : throw StepErrors.NetworkFailed("the kernel", failure.Message, failure);
    }

    public void Dispose()
    {
        Mounts.Detach(Path);
        File.Delete(Path);
    }

    private static void Enter(string path)
    {
        ProcessCalls.UnshareNetwork();
        using (var netlink = new Rtnetlink())
        {
            netlink.RaiseLoopback();
            foreach (var network in s_blocked)
                if (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork || File.Exists("/proc/net/if_inet6"))
                    netlink.Block(network);
        }
        // Not being the owner, a step's root would else have neither low ports nor ping.
        File.WriteAllText("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
        File.WriteAllText("/proc/sys/net/ipv4/ping_group_range", $"{StepIds.First} {StepIds.Count}");
        Mounts.Bind("/proc/thread-self/ns/net", path);
    }
}
