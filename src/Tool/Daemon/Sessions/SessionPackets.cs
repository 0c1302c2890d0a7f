using Grpc.Core;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>A transfer of files with a client, over a call of its session.</summary>
internal sealed class SessionPackets : IPacketChannel, IDisposable
{
    private static readonly Marshaller<Packet> s_packets = Marshallers.Create(
        (packet, context) =>
        {
            context.SetPayloadLength(packet.CalculateSize());
            Google.Protobuf.MessageExtensions.WriteTo(packet, context.GetBufferWriter());
            context.Complete();
        },
        context => Packet.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    // A tree goes to the client under the name of the method that takes a file, in other messages.
    private static readonly Method<Packet, Packet> s_send = new(MethodType.DuplexStreaming, "moby.filesync.v1.FileSend", "DiffCopy", s_packets, s_packets);
    private static readonly Method<Packet, Packet> s_fetch = new(MethodType.DuplexStreaming, "moby.filesync.v1.FileSync", "DiffCopy", s_packets, s_packets);

    private readonly AsyncDuplexStreamingCall<Packet, Packet> _call;
    private readonly IProgress<long>? _received;
    private long _bytes;

    private SessionPackets(ClientSession client, Method<Packet, Packet> method, Metadata headers, IProgress<long>? received, CancellationToken cancellationToken)
    {
        _received = received;
        if (!client.Serves(method.FullName)) throw SessionErrors.NotServed(method.FullName);
        _call = client.Channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, new CallOptions(headers, cancellationToken: cancellationToken));
    }

    /// <summary>The client sends files. Who wants to hears how many bytes of all packets came.</summary>
    public static SessionPackets Fetch(ClientSession client, Metadata headers, IProgress<long> received, CancellationToken cancellationToken) => new(client, s_fetch, headers, received, cancellationToken);

    /// <summary>The client takes files.</summary>
    public static SessionPackets Send(ClientSession client, Metadata headers, CancellationToken cancellationToken) => new(client, s_send, headers, null, cancellationToken);

    /// <inheritdoc />
    public async ValueTask SendAsync(Packet packet, CancellationToken cancellationToken)
    {
        try
        {
            await _call.RequestStream.WriteAsync(packet, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The client ended the call; why is what the receiving side hears.
        }
        catch (RpcException e)
        {
            throw SessionErrors.Failed(e, "go on with a transfer of files");
        }
    }

    /// <inheritdoc />
    public async ValueTask<Packet?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await _call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false)) return null;
            _received?.Report(_bytes += _call.ResponseStream.Current.CalculateSize());
            return _call.ResponseStream.Current;
        }
        catch (RpcException e)
        {
            throw SessionErrors.Failed(e, "go on with a transfer of files");
        }
    }

    /// <summary>All was sent: waits until the client has ended the call too.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
        while (await ReceiveAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
        }
    }

    public void Dispose() => _call.Dispose();
}
