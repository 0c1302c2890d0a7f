using System.Threading.Channels;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Receives a tree over a <c>DiffCopy</c> call: asks for the files that it wants while it is still told which there are.</summary>
internal sealed class TreeReceiver : IDisposable
{
    private readonly IPacketChannel _channel;
    private readonly IReceivingTree _tree;
    private readonly TransferLimits _limits;
    private readonly EntryCheck _check;
    private readonly Dictionary<uint, Stat> _wanted = [];
    private readonly Dictionary<uint, OpenFile> _open = [];
    // Whoever listens must not wait to ask: the other side may wait until it is listened to.
    private readonly Channel<Packet> _outgoing = Channel.CreateUnbounded<Packet>();
    private bool _listed;

    private TreeReceiver(IPacketChannel channel, IReceivingTree tree, TransferLimits limits) =>
        (_channel, _tree, _limits, _check) = (channel, tree, limits, new EntryCheck(limits));

    /// <summary>Returns when the tree is complete and the other side has ended. Throws what a <see cref="TransferException"/> can be, and the other side is told.</summary>
    /// <param name="channel">The call.</param>
    /// <param name="tree">Takes what comes.</param>
    /// <param name="limits">How much may come.</param>
    /// <param name="cancellationToken">Ends it within two seconds.</param>
    public static async Task ReceiveAsync(IPacketChannel channel, IReceivingTree tree, TransferLimits limits, CancellationToken cancellationToken)
    {
        using var receiver = new TreeReceiver(channel, tree, limits);
        await FailureNotice.GuardAsync(channel, receiver.RunAsync, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (var file in _open.Values) file.Content.Dispose();
    }

    private Task RunAsync(CancellationToken cancellationToken) => TaskGroup.RunAsync([ListenAsync, AskAsync], cancellationToken);

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await foreach (var packet in _outgoing.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            await _channel.SendAsync(packet, cancellationToken).ConfigureAwait(false);
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        for (uint next = 0; !_listed || _wanted.Count + _open.Count > 0;)
        {
            var packet = await NextAsync(cancellationToken).ConfigureAwait(false);
            switch (packet.Type)
            {
                case Packet.Types.PacketType.PacketStat when packet.Stat is null:
                    _listed = true;
                    break;
                case Packet.Types.PacketType.PacketStat when !_listed:
                    Add(next++, packet.Stat);
                    break;
                case Packet.Types.PacketType.PacketData:
                    await TakeAsync(packet, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    throw TransferException.Broken($"the sender sent a packet of type {(int)packet.Type} where none may be");
            }
        }
        await _tree.CompleteAsync(cancellationToken).ConfigureAwait(false);
        _outgoing.Writer.TryWrite(new Packet { Type = Packet.Types.PacketType.PacketFin });
        _outgoing.Writer.Complete();
        await EndAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<Packet> NextAsync(CancellationToken cancellationToken)
    {
        var packet = await _channel.ReceiveAsync(cancellationToken).ConfigureAwait(false) ?? throw TransferException.Broken("the sender ended before everything was sent");
        return packet.Type == Packet.Types.PacketType.PacketErr ? throw TransferException.Told(packet.Data.ToStringUtf8()) : packet;
    }

    private void Add(uint id, Stat entry)
    {
        _check.Add(entry);
        if (!_tree.Add(entry)) return;
        _wanted.Add(id, entry);
        _outgoing.Writer.TryWrite(new Packet { Type = Packet.Types.PacketType.PacketReq, ID = id });
    }

    private async ValueTask TakeAsync(Packet packet, CancellationToken cancellationToken)
    {
        var file = Find(packet.ID);
        if (packet.Data.Length > file.Rest) throw TransferException.Resized(file.Entry.Path);
        if (packet.Data.Length > 0)
        {
            file.Rest -= packet.Data.Length;
            await file.Content.WriteAsync(packet.Data.Memory, cancellationToken).ConfigureAwait(false);
            return;
        }
        if (file.Rest > 0) throw TransferException.Resized(file.Entry.Path);
        await file.Content.CompleteAsync(cancellationToken).ConfigureAwait(false);
        file.Content.Dispose();
        _open.Remove(packet.ID);
    }

    private OpenFile Find(uint id)
    {
        if (_open.TryGetValue(id, out var open)) return open;
        if (!_wanted.Remove(id, out var entry)) throw TransferException.Broken($"content came for file {id}, which was not asked for");
        if (_open.Count >= _limits.OpenFiles)
            throw new TransferException(TransferException.TooMuch, ErrorKind.Invalid, $"What was sent is too much: more than {_limits.OpenFiles} files at the same time. Use another client.");
        open = new OpenFile(entry, _tree.Open(entry)) { Rest = entry.Size };
        _open.Add(id, open);
        return open;
    }

    // The sender answers and ends. What an older one still says does not matter.
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        while (await _channel.ReceiveAsync(cancellationToken).ConfigureAwait(false) is { } packet)
            if (packet.Type == Packet.Types.PacketType.PacketErr) throw TransferException.Told(packet.Data.ToStringUtf8());
    }

    private sealed record OpenFile(Stat Entry, IReceivingFile Content)
    {
        public long Rest { get; set; }
    }
}
