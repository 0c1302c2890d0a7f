using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>One side of a <c>DiffCopy</c> call, whichever side opened it.</summary>
/// <remarks>A transfer sends one packet at a time, and receives one at a time; it may do both at once. A packet is not touched any more when it was sent.</remarks>
internal interface IPacketChannel
{
    /// <summary>Returns when the packet is on its way; waits for as long as the other side takes no more.</summary>
    ValueTask SendAsync(Packet packet, CancellationToken cancellationToken);

    /// <summary>The next packet; <c>null</c> when the other side has ended.</summary>
    ValueTask<Packet?> ReceiveAsync(CancellationToken cancellationToken);
}
