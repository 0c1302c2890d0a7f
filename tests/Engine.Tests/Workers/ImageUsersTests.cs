using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;
using static MsBuildKit.Engine.Tests.TestImages;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class ImageUsersTests : IAsyncDisposable
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/sh\napp:x:1654:1655::/home/app:/bin/sh\nbad:x:4294967296:0::/:\nshort:x\n123:x:0:0::/:\n9999999999:x:0:0::/:\n";
    private const string Group = "root:x:0:\nstaff:x:50:app\n777:x:0:\n";
    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;

    public ImageUsersTests() => _store = new LocalContentStore(_folder["store"]);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("root", 0, 0)]
    [InlineData("app", 1654, 1655)]
    [InlineData("app:staff", 1654, 50)]
    [InlineData("app:root", 1654, 0)]
    [InlineData("app:12", 1654, 12)]
    [InlineData("10", 10, 10)]
    [InlineData("10:staff", 10, 50)]
    [InlineData(":staff", 0, 50)]
    [InlineData("123", 123, 123)]
    [InlineData("123:777", 123, 777)]
    [InlineData("2147483647", int.MaxValue, int.MaxValue)]
    public async Task Resolve_Owner_GivesNumbers(string owner, int uid, int gid) =>
        Assert.Equal((uid, gid), await ResolveAsync(owner, [FileEntry("etc/passwd", Passwd), FileEntry("etc/group", Group)]));

    [Theory]
    [InlineData("nobody")]
    [InlineData("app:nobody")]
    [InlineData("short")]
    [InlineData("app ")]
    [InlineData("-1")]
    [InlineData("app:staff:x")]
    public async Task Resolve_Unknown_NamesIt(string owner) =>
        await AssertRefusedAsync(owner, [FileEntry("etc/passwd", Passwd), FileEntry("etc/group", Group)]);

    [Theory]
    [InlineData("9999999999")]
    [InlineData("2147483648")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("app:9999999999")]
    [InlineData("bad")]
    public async Task Resolve_TooLargeNumber_IsNeverANameAndNeverWraps(string owner)
    {
        var error = await AssertRefusedAsync(owner, [FileEntry("etc/passwd", Passwd), FileEntry("etc/group", Group)]);
        Assert.Contains("too large", error.Message);
    }

    [Fact]
    public async Task Resolve_NoLayers_KnowsOnlyNumbersAndRoot()
    {
        Assert.Equal((5, 5), await ResolveAsync("5"));
        Assert.Equal((0, 0), await ResolveAsync("root"));
        await AssertRefusedAsync("app");
    }

    [Fact]
    public async Task Resolve_TopmostLayer_Wins()
    {
        var below = FileEntry("etc/passwd", Passwd);
        Assert.Equal((7, 8), await ResolveAsync("app", [below], [FileEntry("etc/passwd", "app:x:7:8::/:\n")]));
        Assert.Equal((1654, 1655), await ResolveAsync("app", [below], [FileEntry("etc/other", "")]));
        await AssertRefusedAsync("app", [below], [FileEntry("etc/passwd", "other:x:1:1::/:\n")]);
    }

    [Theory]
    [InlineData("etc/.wh.passwd")]
    [InlineData("etc/.wh..wh..opq")]
    [InlineData(".wh.etc")]
    [InlineData(".wh..wh..opq")]
    public async Task Resolve_RemovedAbove_IsGone(string whiteout)
    {
        await AssertRefusedAsync("app", [FileEntry("etc/passwd", Passwd)], [FileEntry(whiteout, "")]);
        Assert.Equal((7, 8), await ResolveAsync("app", [FileEntry("etc/passwd", Passwd)], [FileEntry("etc/passwd", "app:x:7:8::/:"), FileEntry(whiteout, "")]));
    }

    [Fact]
    public async Task Resolve_PasswdThatIsALink_IsRefusedAndNotFollowed()
    {
        var link = new TreeEntry { Path = "etc/passwd", Type = TreeEntryType.Symlink, Mode = 0b111_111_111, Link = "/etc/shadow" };
        await AssertRefusedAsync("app", [FileEntry("etc/passwd", Passwd)], [link]);
        await AssertRefusedAsync("app", [FileEntry("etc/passwd", Passwd)], [link with { Path = "etc", Link = "/proc" }]);
    }

    [Theory]
    [InlineData(TreeEntryType.Fifo)]
    [InlineData(TreeEntryType.Directory)]
    [InlineData(TreeEntryType.CharacterDevice)]
    public async Task Resolve_PasswdThatIsNoFile_IsRefused(TreeEntryType type) =>
        await AssertRefusedAsync("app", [new TreeEntry { Path = "etc/passwd", Type = type, Mode = 0b110_100_100 }]);

    [Fact]
    public async Task Resolve_HugePasswd_IsRefused()
    {
        var huge = new byte[(10 << 20) + 1];
        Array.Fill(huge, (byte)'\n');
        "app:x:0:0::/:\n"u8.CopyTo(huge);
        await AssertRefusedAsync("app", [FileEntry("etc/passwd", Passwd)], [FileEntry("etc/passwd", huge)]);
    }

    [Fact]
    public async Task Resolve_LongLine_IsPassedOver() =>
        Assert.Equal((7, 8), await ResolveAsync("app", [FileEntry("etc/passwd", $"app:{new string(':', 100_000)}\napp:x:7:8::/:\n")]));

    [Theory]
    [InlineData("app:x:7:8::/:\r\n")]
    [InlineData("# comment\n\n\napp:x:7:8")]
    [InlineData("appendix:x:1:1::/:\napp:x:7:8::/:\napp:x:9:9::/:\n")]
    public async Task Resolve_OddPasswd_FindsTheFirstRow(string passwd) =>
        Assert.Equal((7, 8), await ResolveAsync("app", [FileEntry("etc/passwd", passwd)]));

    private async Task<(int, int)> ResolveAsync(string owner, params TreeEntry[][] layers)
    {
        var chain = new List<Layer>();
        foreach (var entries in layers) chain.Add(await WriteLayerAsync(_store, entries));
        return await new ImageUsers(_store, new LayerMaterializer(_store, new KeyLocks(_folder["locks"]), null)).ResolveAsync(owner, new LayerChain(chain), default);
    }

    private async Task<WorkerException> AssertRefusedAsync(string owner, params TreeEntry[][] layers)
    {
        var error = await Assert.ThrowsAsync<WorkerException>(() => ResolveAsync(owner, layers));
        Assert.Equal("MBK2004", error.Code);
        Assert.True(error.Kind is ErrorKind.NotFound or ErrorKind.Invalid);
        return error;
    }
}
