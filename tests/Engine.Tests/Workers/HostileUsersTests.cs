using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>Users looked up in images that somebody made to have them looked up elsewhere.</summary>
public sealed class HostileUsersTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new("hostile");
    private readonly LocalContentStore _store;

    public HostileUsersTests() => _store = new LocalContentStore(_folder["store"]);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task C1_C11_Breakouts_NeverReadAFileOfTheMachine(Compression compression)
    {
        var sentinel = new Sentinel(_folder["outside"]);
        foreach (var breakout in Breakouts.All(sentinel.Root))
            foreach (var owner in new[] { "app", "app:app" })
            {
                (int Uid, int Gid) found = (0, 0);
                var error = await Record.ExceptionAsync(async () => found = await ResolveAsync(owner, Layer(breakout.Layers, compression, "store")));
                Assert.True(error is null or BuildException, $"{breakout.Name}: {error}");
                Assert.False(found.Uid == Breakouts.StolenId || found.Gid == Breakouts.StolenId, breakout.Name);
            }
        Assert.True(sentinel.IsIntact);
    }

    // The machine this runs on has a user 'daemon' as every Unix has; the images do not.
    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../../../../../../../etc/passwd")]
    public async Task B17_PasswdThatLeadsToTheMachines_IsNotFollowed(string target)
    {
        foreach (var tar in new[] { new RawTar().Folder("etc").Link("etc/passwd", target), new RawTar().HardLink("etc/passwd", target) })
            await Assert.ThrowsAnyAsync<BuildException>(() => ResolveAsync("daemon", Compression.Gzip, [tar.ToArray()]));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("00000000000000000")]
    [InlineData("4294967296")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999999999999999")]
    public async Task D2_AllDigits_AreNeverLookedUpAsAName(string user)
    {
        var tar = new RawTar().File("etc/passwd", $"{user}:x:7:7::/:\n");
        var error = await Record.ExceptionAsync(async () => Assert.Equal((0, 0), await ResolveAsync(user, Compression.None, [tar.ToArray()])));
        Assert.True(error is null or WorkerException { Code: "MBK2004" }, $"{error}");
    }

    [Theory]
    [InlineData("2147483648")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("18446744073709551616")]
    [InlineData("-1")]
    [InlineData("-2147483648")]
    [InlineData("0x0")]
    [InlineData(" 0")]
    [InlineData("1e3")]
    [InlineData("")]
    public async Task D1_NumberOfAUserThatIsNone_IsRefusedAndNeverWraps(string number)
    {
        await AssertRefusedAsync("app", new RawTar().File("etc/passwd", $"app:x:{number}:0::/:\n"));
        await AssertRefusedAsync("app", new RawTar().File("etc/passwd", $"app:x:0:{number}::/:\n"));
        await AssertRefusedAsync("1:staff", new RawTar().File("etc/group", $"staff:x:{number}:\n"));
    }

    [Theory]
    [InlineData("5:")]
    [InlineData("app:")]
    public async Task D2_EmptyName_IsNobodys(string owner) =>
        await AssertRefusedAsync(owner, new RawTar().File("etc/passwd", "app:x:1:1::/:\n:x:0:0::/:\n").File("etc/group", ":x:0:\n"));

    [Fact]
    public async Task D3_GroupOfManyMebibytes_IsRefused()
    {
        var group = new byte[(10 << 20) + 1];
        Array.Fill(group, (byte)'x');
        await AssertRefusedAsync("1:staff", new RawTar().Add('0', "etc/group", content: group));
    }

    [Fact]
    public async Task D3_LineWithoutEnd_IsPassedOver()
    {
        var group = "staff:x:0:" + new string('x', 9 << 20);
        await AssertRefusedAsync("1:staff", new RawTar().File("etc/group", group));
    }

    [Fact]
    public async Task D3_PasswdOfTenGigabytes_IsRefusedFromItsHeader()
    {
        var tar = new RawTar().Add('0', "etc/passwd", size: 10L << 30).ToArray();
        var layer = Layer([tar], Compression.None)[0];
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => ResolveAsync("app", [layer]));
        Assert.Contains(error.Code, new[] { "MBK1502", "MBK2004" });
    }

    private Task<(int Uid, int Gid)> ResolveAsync(string owner, Compression compression, IReadOnlyList<byte[]> layers) => ResolveAsync(owner, Layer(layers, compression));

    private async Task<(int Uid, int Gid)> ResolveAsync(string owner, IReadOnlyList<Layer> layers) =>
        await new ImageUsers(_store, new LayerMaterializer(_store, new KeyLocks(_folder["locks"]), null)).ResolveAsync(owner, new LayerChain(layers), default);

    // As an import has them, in a layout and not yet in the store, unless the store is named.
    private List<Layer> Layer(IReadOnlyList<byte[]> layers, Compression compression, string layout = "layout") => [.. layers.Select(l => new Layer
    {
        DiffId = Digest.Of(l), CreatedBy = "test",
        Blob = HostileImage.Put(_folder[layout], MediaTypes.Layer(compression), Packing.Pack(l, compression)),
        Origin = new LayerOrigin(new ImageLayout(_folder["layout"])),
    })];

    private async Task AssertRefusedAsync(string owner, params RawTar[] layers)
    {
        foreach (var layer in layers)
            Assert.Equal("MBK2004", (await Assert.ThrowsAsync<WorkerException>(() => ResolveAsync(owner, Compression.Gzip, [layer.ToArray()]))).Code);
    }
}
