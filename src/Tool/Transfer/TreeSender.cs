using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Sends a tree over a <c>DiffCopy</c> call: says what is in it, and sends the files that the other side asks for.</summary>
internal sealed class TreeSender : IDisposable
{
    // Less than what goes to the heap of large objects.
    private const int ChunkSize = 64 << 10, Readers = 4;

    private readonly IPacketChannel _channel;
    private readonly ISentTree _tree;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentDictionary<uint, Stat> _offered = new();
    // Requests are small and each may be made once: they are always taken, so that a receiver that waits to ask never waits for one that waits to answer.
    private readonly Channel<(uint Id, Stat Entry)> _requests = Channel.CreateUnbounded<(uint, Stat)>();

    private TreeSender(IPacketChannel channel, ISentTree tree) => (_channel, _tree) = (channel, tree);

    /// <summary>Returns when the other side has all that it wanted. Throws MBK2540 or MBK2541, and what reading the tree throws, which the other side is told.</summary>
    /// <param name="channel">The call.</param>
    /// <param name="tree">What is sent.</param>
    /// <param name="cancellationToken">Ends it within two seconds.</param>
    public static async Task SendAsync(IPacketChannel channel, ISentTree tree, CancellationToken cancellationToken)
    {
        using var sender = new TreeSender(channel, tree);
        await FailureNotice.GuardAsync(channel, sender.RunAsync, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _turn.Dispose();

    private Task RunAsync(CancellationToken cancellationToken) => TaskGroup.RunAsync(
        [ListAsync, ListenAsync, .. Enumerable.Repeat<Func<CancellationToken, Task>>(AnswerAsync, Readers)], cancellationToken);

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var entries = EntryOrder.Of(await _tree.ListAsync(cancellationToken).ConfigureAwait(false));
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].IsFile()) _offered[(uint)i] = entries[i];
            await SendAsync(new Packet { Type = Packet.Types.PacketType.PacketStat, Stat = entries[i] }, cancellationToken).ConfigureAwait(false);
        }
        await SendAsync(new Packet { Type = Packet.Types.PacketType.PacketStat }, cancellationToken).ConfigureAwait(false);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (await _channel.ReceiveAsync(cancellationToken).ConfigureAwait(false) is { } packet)
        {
            switch (packet.Type)
            {
                case Packet.Types.PacketType.PacketReq:
                    if (!_offered.TryRemove(packet.ID, out var entry)) throw TransferException.Broken($"file {packet.ID} was asked for, which is none or was asked for before");
                    _requests.Writer.TryWrite((packet.ID, entry));
                    break;
                case Packet.Types.PacketType.PacketFin:
                    _requests.Writer.Complete();
                    await SendAsync(new Packet { Type = Packet.Types.PacketType.PacketFin }, cancellationToken).ConfigureAwait(false);
                    return;
                case Packet.Types.PacketType.PacketErr:
                    throw TransferException.Told(packet.Data.ToStringUtf8());
                default:
                    throw TransferException.Broken($"the receiver sent a packet of type {(int)packet.Type}");
            }
        }
        throw TransferException.Broken("the receiver ended before it had everything");
    }

    private async Task AnswerAsync(CancellationToken cancellationToken)
    {
        await foreach (var (id, entry) in _requests.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            await SendFileAsync(id, entry, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendFileAsync(uint id, Stat entry, CancellationToken cancellationToken)
    {
        var content = await _tree.OpenAsync(entry, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            for (long sent = 0; ;)
            {
                // Of its own: who has the packet may keep it. One byte more than was promised tells that there are too many.
                var chunk = new byte[Math.Clamp(entry.Size - sent, 1, ChunkSize)];
                var read = await content.ReadAsync(chunk, cancellationToken).ConfigureAwait(false);
                if ((sent += read) > entry.Size || (read == 0 && sent < entry.Size)) throw TransferException.Resized(entry.Path);
                var data = read == 0 ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(chunk.AsMemory(0, read));
                await SendAsync(new Packet { Type = Packet.Types.PacketType.PacketData, ID = id, Data = data }, cancellationToken).ConfigureAwait(false);
                if (read == 0) return;
            }
        }
    }

    private async Task SendAsync(Packet packet, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _channel.SendAsync(packet, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
