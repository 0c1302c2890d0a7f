using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Tests.Transfer;

/// <summary>Both sides of a transfer, and one side alone against packets that a test makes.</summary>
internal static class Transfers
{
    public static readonly ContextId Id = new("machine", "context");

    /// <summary>Sends a tree to a receiver; the tree's packets are returned.</summary>
    public static async Task<List<Packet>> SendAsync(ISentTree tree, Func<IPacketChannel, Task> receive)
    {
        var (sender, receiver) = MemoryChannel.Pair();
        var sending = Task.Run(async () =>
        {
            try
            {
                await TreeSender.SendAsync(sender, tree, TestContext.Current.CancellationToken);
            }
            finally
            {
                sender.End();
            }
        });
        await receive(receiver);
        await sending;
        return sender.Sent;
    }

    /// <summary>Receives a tree into the folder of a daemon.</summary>
    public static async Task<ReceivedContext> ReceiveAsync(ContextFolders folders, ISentTree tree, ContextOptions? options = null)
    {
        ReceivedContext? received = null;
        await SendAsync(tree, async channel => received = await folders.ReceiveAsync(Id, channel, options ?? new ContextOptions(), TestContext.Current.CancellationToken));
        return received!;
    }

    /// <summary>Lets a receiver have packets, whatever it asks for, and then the end.</summary>
    public static async Task PlayAsync(IEnumerable<Packet> packets, Func<IPacketChannel, Task> receive)
    {
        var (sender, receiver) = MemoryChannel.Pair();
        using var done = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var listening = Task.Run(async () =>
        {
            while (await sender.ReceiveAsync(done.Token) is not null) continue;
        });
        var playing = Task.Run(async () =>
        {
            foreach (var packet in packets) await sender.SendAsync(packet, done.Token);
            sender.End();
        });
        try
        {
            await receive(receiver);
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(listening, playing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public static Packet Of(Stat? entry) => new() { Type = Packet.Types.PacketType.PacketStat, Stat = entry };

    public static Packet Data(uint id, byte[] bytes) => new() { Type = Packet.Types.PacketType.PacketData, ID = id, Data = Google.Protobuf.ByteString.CopyFrom(bytes) };

    public static Packet Fin() => new() { Type = Packet.Types.PacketType.PacketFin };

    public static Stat File(string path, long size = 1) => new() { Path = path, Mode = 0b110_100_100, Size = size };

    public static Stat Folder(string path) => new() { Path = path, Mode = EntryMode.Directory | 0b111_101_101 };
}
