using Google.Protobuf;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Protocol;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Tests.Transfer;

/// <summary>Against senders that are wrong, or mean harm.</summary>
public sealed class TreeReceiverTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ContextFolders _folders;

    public TreeReceiverTests() => _folders = new ContextFolders(_folder["contexts"], TimeProvider.System);

    public void Dispose()
    {
        _folders.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string, object[]> BadTrees => new()
    {
        { "MBK2542", [Transfers.File("../a")] },
        { "MBK2542", [Transfers.File("/etc/passwd")] },
        { "MBK2542", [Transfers.Folder("a"), Transfers.File("a/../../b")] },
        { "MBK2542", [Transfers.File("a//b")] },
        { "MBK2542", [Transfers.File("./a")] },
        { "MBK2542", [Transfers.Folder("a/")] },
        { "MBK2542", [Transfers.File("a\0b")] },
        { "MBK2542", [Transfers.File("")] },
        { "MBK2542", [new Stat { Path = "a", Linkname = "../../etc/passwd" }] },
        { "MBK2542", [new Stat { Path = "a", Linkname = "b" }, Transfers.File("b")] },
        { "MBK2542", [new Stat { Path = "a", Mode = EntryMode.Link }] },
        { "MBK2541", [Transfers.File("a"), Transfers.File("a")] },
        { "MBK2541", [Transfers.File("b"), Transfers.File("a")] },
        { "MBK2541", [Transfers.File("a/b")] },
        { "MBK2541", [Transfers.File("a"), Transfers.File("a/b")] },
        { "MBK2541", [new Stat { Path = "a", Mode = EntryMode.Link, Linkname = "/etc" }, Transfers.File("a/passwd")] },
        { "MBK2541", [Transfers.Folder("a"), Transfers.File("b"), Transfers.File("a/c")] },
        { "MBK2541", [Transfers.File("a", -1)] },
        { "MBK2541", [new Stat { Path = "a", Uid = uint.MaxValue }] },
        { "MBK2546", [new Stat { Path = "a", Mode = EntryMode.Device }] },
    };

    [Theory]
    [MemberData(nameof(BadTrees))]
    public async Task ReceiveAsync_OfATreeThatCannotBe_IsRefusedEverywhere(string code, object[] entries)
    {
        var packets = entries.Cast<Stat>().Select(Transfers.Of).Append(Transfers.Of(null)).ToList();

        Assert.Equal(code, (await Assert.ThrowsAsync<TransferException>(() => Transfers.PlayAsync(packets, ReceiveAsync))).Code);
        Assert.Equal(code, (await Assert.ThrowsAsync<TransferException>(() => Transfers.PlayAsync(packets, WriteAsync))).Code);
        await AssertNothingIsLeftAsync();
    }

    public static TheoryData<string, object[]> BadContents => new()
    {
        { "MBK2541", [Transfers.Data(7, [1])] },
        { "MBK2541", [Transfers.Data(1, [1])] },
        { "MBK2541", [Transfers.Data(0, [1, 2]), Transfers.Data(0, []), Transfers.Data(0, [])] },
        { "MBK2541", [Transfers.Data(0, [1])] },
        { "MBK2541", [Transfers.Fin()] },
        { "MBK2541", [Transfers.Of(Transfers.File("c"))] },
        { "MBK2543", [Transfers.Data(0, [1, 2, 3])] },
        { "MBK2543", [Transfers.Data(0, [1]), Transfers.Data(0, [])] },
        { "MBK2543", [.. Enumerable.Repeat<object>(Transfers.Data(0, new byte[100_000]), 5)] },
        { "MBK2540", [new Packet { Type = Packet.Types.PacketType.PacketErr, Data = ByteString.CopyFromUtf8("no room") }] },
        { "MBK2541", [new Packet { Type = (Packet.Types.PacketType)9 }] },
    };

    [Theory]
    [MemberData(nameof(BadContents))]
    public async Task ReceiveAsync_OfContentThatCannotBe_IsRefusedAndNothingStays(string code, object[] content)
    {
        var packets = new[] { Transfers.Of(Transfers.File("a", 2)), Transfers.Of(Transfers.Folder("b")), Transfers.Of(Transfers.File("b/c", 200_000)), Transfers.Of(null) }.Concat(content.Cast<Packet>()).ToList();

        Assert.Equal(code, (await Assert.ThrowsAsync<TransferException>(() => Transfers.PlayAsync(packets, ReceiveAsync))).Code);
        Assert.Equal(code, (await Assert.ThrowsAsync<TransferException>(() => Transfers.PlayAsync(packets, WriteAsync))).Code);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task ReceiveAsync_OfALargeFileThatNeverEnds_IsStoppedWhereItShouldEnd()
    {
        var packets = Enumerable.Repeat(Transfers.Data(0, new byte[60_000]), int.MaxValue).Prepend(Transfers.Of(null)).Prepend(Transfers.Of(Transfers.File("a", 500_000)));

        Assert.Equal("MBK2543", (await Assert.ThrowsAsync<TransferException>(() => Transfers.PlayAsync(packets, ReceiveAsync))).Code);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task ReceiveAsync_OfMoreThanTheLimits_IsRefused()
    {
        var endless = Enumerable.Range(0, int.MaxValue).Select(i => Transfers.Of(Transfers.Folder($"{i:0000000000}")));
        var wide = Enumerable.Range(0, 20).Select(i => Transfers.Of(Transfers.File($"{i:00}", 2))).Concat(Enumerable.Range(0, 20).Select(i => Transfers.Data((uint)i, [1])));

        Assert.Equal("MBK2544", await CodeAsync(endless, new TransferLimits { Entries = 1000 }));
        Assert.Equal("MBK2544", await CodeAsync(endless, new TransferLimits { StatBytes = 10_000 }));
        Assert.Equal("MBK2544", await CodeAsync(wide, new TransferLimits { OpenFiles = 10 }));
    }

    [Fact]
    public async Task ReceiveAsync_ThatFails_TellsTheOtherSideAndKeepsWhatWasThere()
    {
        (await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "1"))).Dispose();
        var (sender, receiver) = MemoryChannel.Pair();
        var receiving = ReceiveAsync(receiver);
        await sender.SendAsync(Transfers.Of(Transfers.File("../x")), default);
        var error = await Assert.ThrowsAsync<TransferException>(() => receiving);

        Assert.Equal(error.Message, (await sender.ReceiveAsync(default))!.Data.ToStringUtf8());
        using var again = await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "1"));
        Assert.Equal(0, again.FilesReceived);
    }

    [Fact]
    public async Task ReceiveAsync_ThatIsCancelledInTheMiddle_EndsAndLeavesNothing()
    {
        var (sender, receiver) = MemoryChannel.Pair();
        using var cancel = new CancellationTokenSource();
        var receiving = _folders.ReceiveAsync(Transfers.Id, receiver, new ContextOptions(), cancel.Token);
        await sender.SendAsync(Transfers.Of(Transfers.File("a", 500_000)), default);
        Assert.Equal(Packet.Types.PacketType.PacketReq, (await sender.ReceiveAsync(default))!.Type);
        await sender.SendAsync(Transfers.Data(0, new byte[1000]), default);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        await AssertNothingIsLeftAsync();
    }

    private Task ReceiveAsync(IPacketChannel channel) => _folders.ReceiveAsync(Transfers.Id, channel, new ContextOptions(), TestContext.Current.CancellationToken);

    private Task WriteAsync(IPacketChannel channel) => OutputFolder.ReceiveAsync(_folder["out"], delete: true, channel, TestContext.Current.CancellationToken);

    private async Task<string> CodeAsync(IEnumerable<Packet> packets, TransferLimits limits) => (await Assert.ThrowsAsync<TransferException>(() => Transfers.PlayAsync(
        packets, c => _folders.ReceiveAsync(Transfers.Id, c, new ContextOptions { Limits = limits }, TestContext.Current.CancellationToken)))).Code;

    private async Task AssertNothingIsLeftAsync()
    {
        await _folders.TidyAsync();
        var files = Directory.EnumerateFiles(_folder.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Select(f => Path.GetFileName(f)).Where(n => n is not (".lock" or "name"));
        // What came whole before the fault stays where a user writes it.
        Assert.DoesNotContain(files, n => n is not "a");
    }
}
