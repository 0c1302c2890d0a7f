using System.Net;
using System.Net.Sockets;

namespace MsBuildKit.TestKit.Real;

/// <summary>Ports for programs that cannot choose a free one themselves.</summary>
public static class LoopbackPort
{
    /// <summary>One that was free a moment ago.</summary>
    public static int FindFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
