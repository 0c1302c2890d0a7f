using Grpc.Core;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Remote.Session;

/// <summary>A transfer of files, as the side that is called sees it.</summary>
internal sealed class CallPackets(IAsyncStreamReader<Packet> requests, IServerStreamWriter<Packet> answers) : IPacketChannel
{
    /// <inheritdoc />
    public async ValueTask SendAsync(Packet packet, CancellationToken cancellationToken) => await answers.WriteAsync(packet, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<Packet?> ReceiveAsync(CancellationToken cancellationToken) => await requests.MoveNext(cancellationToken).ConfigureAwait(false) ? requests.Current : null;
}
