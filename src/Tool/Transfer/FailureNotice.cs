using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Tells the other side why a transfer ends.</summary>
internal static class FailureNotice
{
    // The other side may not listen any more.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public static async Task GuardAsync(IPacketChannel channel, Func<CancellationToken, Task> transfer, CancellationToken cancellationToken)
    {
        try
        {
            await transfer(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await SendAsync(channel, e).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task SendAsync(IPacketChannel channel, Exception failure)
    {
        var message = failure switch
        {
            BuildException known => known.Message,
            OperationCanceledException => "cancelled",
            _ => "an internal error",
        };
        try
        {
            using var patience = new CancellationTokenSource(s_patience);
            var packet = new Packet { Type = Packet.Types.PacketType.PacketErr, Data = ByteString.CopyFromUtf8(message) };
            await channel.SendAsync(packet, patience.Token).AsTask().WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // There is a better error to tell, and a channel may fail in ways of its own.
        }
    }
}
