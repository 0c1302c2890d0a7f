using System.Net;

namespace MsBuildKit.Tool.Wire;

/// <summary>Where connections come from that are streams already: tunnels in other connections, pipes of processes.</summary>
internal sealed class StreamEndPoint : EndPoint
{
    public override string ToString() => "streams";
}
