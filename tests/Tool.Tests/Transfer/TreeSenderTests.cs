using Google.Protobuf;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Tests.Transfer;

public sealed class TreeSenderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // By hand from the definition: field 1 of a packet is its type, 2 the stat, 3 the id, 4 the data; of a stat 1 is the path, 2 the mode, 5 the size, 6 the time.
    [Fact]
    public async Task SendAsync_OfOneFile_SendsTheBytesOfTheProtocol()
    {
        var (sender, peer) = MemoryChannel.Pair();
        var sending = TreeSender.SendAsync(sender, new GivenTree().File("a", "hi", modified: 5), TestContext.Current.CancellationToken);
        Assert.Equal("120A0A016110A40328023005", Hex(await peer.ReceiveAsync(default)));
        Assert.Equal("", Hex(await peer.ReceiveAsync(default)));

        await peer.SendAsync(Packet.Parser.ParseFrom(Convert.FromHexString("0801")), default);
        Assert.Equal("080222026869", Hex(await peer.ReceiveAsync(default)));
        Assert.Equal("0802", Hex(await peer.ReceiveAsync(default)));

        await peer.SendAsync(Packet.Parser.ParseFrom(Convert.FromHexString("0803")), default);
        Assert.Equal("0803", Hex(await peer.ReceiveAsync(default)));
        await sending;
    }

    [Fact]
    public async Task SendAsync_OfEntriesInAnyOrder_SendsThemAsAWalkFindsThem()
    {
        var tree = new GivenTree().File("a.b", "").File("a/c", "").Folder("a").File("\U0001F600", "").File("\uFF5E", "").File("a-b", "");

        var sent = await Transfers.SendAsync(tree, c => OutputFolder.ReceiveAsync(_folder["out"], delete: false, c, TestContext.Current.CancellationToken));

        Assert.Equal(["a", "a/c", "a-b", "a.b", "\uFF5E", "\U0001F600"], PathsOf(sent));
    }

    [Fact]
    public async Task SendAsync_OfAFileWithSeveralNames_SendsTheContentWithTheFirst()
    {
        var tree = new GivenTree().File("z", "text").File("a", "text").File("b", "text");
        foreach (var name in tree.Entries.Where(e => e.Path != "z"))
        {
            name.Linkname = "z";
            name.Size = 0;
        }

        var sent = await Transfers.SendAsync(tree, c => OutputFolder.ReceiveAsync(_folder["out"], delete: false, c, TestContext.Current.CancellationToken));

        Assert.Equal([("a", "", 4L), ("b", "a", 0L), ("z", "", 4L)], StatsOf(sent).Select(s => (s.Path, s.Linkname, s.Size)));
        Assert.Equal(["text", "text", "text"], new[] { "a", "b", "z" }.Select(n => File.ReadAllText(_folder[$"out/{n}"])));
    }

    [Fact]
    public async Task SendAsync_OfAFolder_SendsWhatTheFilterTakesWithTheHashInTheTime()
    {
        _folder.Write("context/src/a.txt", "one");
        _folder.Write("context/src/b.log", "two");
        File.SetLastWriteTimeUtc(_folder["context/src/a.txt"], DateTime.UnixEpoch.AddSeconds(77));
        var before = await SourceAsync();
        File.WriteAllText(_folder["context/src/a.txt"], "eno");
        File.SetLastWriteTimeUtc(_folder["context/src/a.txt"], DateTime.UnixEpoch.AddSeconds(77));
        var after = await SourceAsync();

        Assert.Equal(["src", "src/a.txt"], after.Select(s => s.Path));
        Assert.Equal([(77L, 3L), (77L, 3L)], new[] { before[1], after[1] }.Select(s => (s.ModTime / 1_000_000_000, s.Size)));
        Assert.NotEqual(before[1].ModTime, after[1].ModTime);
        Assert.Equal((0u, 0u), (after[1].Uid, after[1].Gid));
    }

    [Fact]
    public async Task SendAsync_OfPublishItems_StatesTheFoldersAboveThem()
    {
        var file = new LocalFile("app/bin/x", _folder.Write("x", "1"));
        var tree = new LocalTree("publish", [file]) { ModifiedSeconds = 42 };
        var facts = await new FileFactsCache(_folder["facts"], TimeProvider.System).ReadAsync(tree, TestContext.Current.CancellationToken);

        var sent = StatsOf(await Transfers.SendAsync(
            new LentTreeSource(new SentTree(tree, facts)), c => OutputFolder.ReceiveAsync(_folder["out"], delete: false, c, TestContext.Current.CancellationToken)));

        Assert.Equal(["app", "app/bin", "app/bin/x"], sent.Select(s => s.Path));
        Assert.All(sent, s => Assert.Equal(42, s.ModTime / 1_000_000_000));
        Assert.Equal("1", File.ReadAllText(_folder["out/app/bin/x"]));
    }

    [Fact]
    public async Task SendAsync_OfAFileThatChangesMeanwhile_TellsTheOtherSide()
    {
        var tree = new GivenTree().File("a", "long");
        tree.Entries[0].Size = 2;

        var (sender, peer) = MemoryChannel.Pair();
        var sending = TreeSender.SendAsync(sender, tree, TestContext.Current.CancellationToken);
        await peer.ReceiveAsync(default);
        await peer.SendAsync(new Packet { Type = Packet.Types.PacketType.PacketReq }, default);
        var error = await Assert.ThrowsAsync<TransferException>(() => sending);

        Assert.Equal("MBK2543", error.Code);
        var told = sender.Sent.Last();
        Assert.Equal(Packet.Types.PacketType.PacketErr, told.Type);
        Assert.Equal(error.Message, told.Data.ToStringUtf8());
    }

    [Theory]
    [InlineData("08011807", "MBK2541")]
    [InlineData("0802", "MBK2541")]
    [InlineData("08042203626164", "MBK2540")]
    public async Task SendAsync_ToAReceiverThatIsWrong_Fails(string packet, string code)
    {
        var (sender, peer) = MemoryChannel.Pair();
        await peer.SendAsync(Packet.Parser.ParseFrom(Convert.FromHexString(packet)), default);

        Assert.Equal(code, (await Assert.ThrowsAsync<TransferException>(() => TreeSender.SendAsync(sender, new GivenTree(), TestContext.Current.CancellationToken))).Code);
    }

    [Fact]
    public async Task SendAsync_ToAReceiverThatIsGone_Fails()
    {
        var (sender, peer) = MemoryChannel.Pair();
        peer.End();

        Assert.Equal("MBK2541", (await Assert.ThrowsAsync<TransferException>(() => TreeSender.SendAsync(sender, new GivenTree(), TestContext.Current.CancellationToken))).Code);
    }

    [Fact]
    public async Task SendAsync_ThatIsCancelled_Ends()
    {
        var (sender, _) = MemoryChannel.Pair();
        using var cancel = new CancellationTokenSource();
        var tree = new GivenTree();
        for (var i = 0; i < 100; i++) tree.File($"f{i}", "");
        var sending = TreeSender.SendAsync(sender, tree, cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    private async Task<IReadOnlyList<Stat>> SourceAsync()
    {
        var facts = new FileFactsCache(_folder["facts"], TimeProvider.System);
        var filter = new FolderFilter(["src"], ["**/*.log"], []);
        var source = LentTreeSource.Of(await facts.ReadFolderAsync("context", _folder["context"], filter, TestContext.Current.CancellationToken));
        return EntryOrder.Of(await source.ListAsync(TestContext.Current.CancellationToken));
    }

    private static List<Stat> StatsOf(IEnumerable<Packet> packets) => [.. packets.Select(p => p.Stat).OfType<Stat>()];

    private static IEnumerable<string> PathsOf(IEnumerable<Packet> packets) => StatsOf(packets).Select(s => s.Path);

    private static string Hex(Packet? packet) => Convert.ToHexString(packet!.ToByteArray());
}
