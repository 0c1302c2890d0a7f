using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>What a step reaches of networks.</summary>
[SupportedOSPlatform("linux")]
internal sealed class NetworkClaims(ProbeTask task)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private static readonly (string Name, string Address)[] s_services =
        [("of most clouds", "169.254.169.254"), ("of containers", "169.254.170.2"), ("of Alibaba", "100.100.100.200"), ("of Oracle", "192.0.0.192")];

    public IEnumerable<Claim> All() =>
    [
        Claim.That("the host's loopback is out of reach", () => Connect(new IPEndPoint(IPAddress.Loopback, task.Port)), found => found is SocketError.ConnectionRefused or SocketError.NetworkUnreachable),
        .. s_services.Select(s => Claim.That($"the metadata service {s.Name} ({s.Address}) is out of reach",
            () => Connect(new IPEndPoint(IPAddress.Parse(s.Address), 80)), found => found is SocketError.HostUnreachable or SocketError.NetworkUnreachable)),
        Claim.Is("abstract sockets of the host are out of reach", () => Connect(new UnixDomainSocketEndPoint('\0' + task.AbstractSocket)), SocketError.ConnectionRefused),
        Claim.Is("a low port can be served", Serve, null),
        Claim.Is("what is blocked cannot be unblocked", Unblock, ProbeCalls.NotPermitted),
    ];

    private static SocketError Connect(EndPoint to)
    {
        using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            socket.ConnectAsync(to, patience.Token).AsTask().Wait(CancellationToken.None);
            return SocketError.Success;
        }
        catch (AggregateException e)
        {
            return e.InnerException is SocketException failure ? failure.SocketErrorCode : SocketError.TimedOut;
        }
    }

    private static string? Serve()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, 80));
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode.ToString();
        }
    }

    private static int Unblock()
    {
        using var netlink = new Rtnetlink();
        try
        {
            netlink.Unblock(IPNetwork.Parse("169.254.0.0/16"));
            return 0;
        }
        catch (IOException e)
        {
            return e.HResult;
        }
    }
}
