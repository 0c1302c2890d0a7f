using System.Threading.Channels;
using Google.Protobuf;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Tests.Transfer;

/// <summary>Two ends of a call in one process. Packets go through their bytes, and a full end makes the other wait.</summary>
internal sealed class MemoryChannel : IPacketChannel
{
    private readonly Channel<byte[]> _in;
    private readonly Channel<byte[]> _out;

    private MemoryChannel(Channel<byte[]> incoming, Channel<byte[]> outgoing) => (_in, _out) = (incoming, outgoing);

    public List<Packet> Sent { get; } = [];

    public static (MemoryChannel Sender, MemoryChannel Receiver) Pair()
    {
        var (one, other) = (Channel.CreateBounded<byte[]>(8), Channel.CreateBounded<byte[]>(8));
        return (new MemoryChannel(one, other), new MemoryChannel(other, one));
    }

    public void End() => _out.Writer.TryComplete();

    public async ValueTask SendAsync(Packet packet, CancellationToken cancellationToken)
    {
        Sent.Add(packet);
        await _out.Writer.WriteAsync(packet.ToByteArray(), cancellationToken);
    }

    public async ValueTask<Packet?> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (await _in.Reader.WaitToReadAsync(cancellationToken))
            if (_in.Reader.TryRead(out var bytes)) return Packet.Parser.ParseFrom(bytes);
        return null;
    }
}
