using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Tests.Distribution;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class LayerMaterializerTests : IAsyncLifetime
{
    private static readonly byte[] s_bytes = RegistryBed.Bytes(1 << 20);

    private readonly Events _events = [];
    private RegistryBed _bed = null!;
    private Layer _layer = null!;

    private TestRegistry Registry => _bed.Registry;

    public async ValueTask InitializeAsync()
    {
        _bed = await RegistryBed.StartAsync();
        var blob = Registry["team/base"].Add(MediaTypes.OciLayer, s_bytes);
        _layer = new Layer { DiffId = blob.Digest, Blob = blob, CreatedBy = "", Origin = new LayerOrigin(_bed.Pull("team/base")) };
    }

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Ensure_ByMany_FetchesOnce()
    {
        LayerMaterializer[] processes = [Open(), Open()];
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => processes[i % 2].EnsureAsync(_layer, default)));
        Assert.Single(Registry.Find("GET", "/blobs/"));
        Assert.Equal(s_bytes, File.ReadAllBytes(_bed.Store.PathOf(_layer.Blob.Digest)));
        Assert.Equal(new StepProgress($"fetch {_layer.Blob.Digest.Hex[..12]}", s_bytes.Length, s_bytes.Length), _events[^1]);
    }

    [Fact]
    public async Task Ensure_BreaksOff_KeepsTheRightBytes()
    {
        Registry.Faults.Add("GET", "/blobs/", Faults.CutBody(300_000), Faults.Reset, Faults.CutBody(100_000));
        await Open().EnsureAsync(_layer, default);
        Assert.Equal(s_bytes, File.ReadAllBytes(_bed.Store.PathOf(_layer.Blob.Digest)));
    }

    [Fact]
    public async Task Ensure_SpoiledOnTheWay_IsFetchedAgain()
    {
        Registry.Faults.Add("GET", "/blobs/", Faults.OtherBytes, Faults.OtherBytes);
        await Open().EnsureAsync(_layer, default);
        Assert.Equal(s_bytes, File.ReadAllBytes(_bed.Store.PathOf(_layer.Blob.Digest)));
    }

    [Fact]
    public async Task Ensure_Fails_CanBeAskedAgain()
    {
        Registry.Faults.Add("GET", "/blobs/", [.. Enumerable.Repeat(Faults.OtherBytes, 4)]);
        var layers = Open();
        await Assert.ThrowsAsync<RegistryException>(() => layers.EnsureAsync(_layer, default));
        Assert.Null(await _bed.Store.FindSizeAsync(_layer.Blob.Digest, default));
        await layers.EnsureAsync(_layer, default);
        Assert.Equal(s_bytes.Length, await _bed.Store.FindSizeAsync(_layer.Blob.Digest, default));
    }

    [Fact]
    public async Task Ensure_SizeIsNotAsPromised_KeepsNothing()
    {
        var error = await Assert.ThrowsAsync<ContentException>(() => Open().EnsureAsync(_layer with { Blob = _layer.Blob with { Size = 5 } }, default));
        Assert.Equal("MBK1201", error.Code);
        Assert.Null(await _bed.Store.FindSizeAsync(_layer.Blob.Digest, default));
    }

    [Fact]
    public async Task Ensure_NowhereToBeHad_SaysWhich()
    {
        var error = await Assert.ThrowsAsync<WorkerException>(() => Open().EnsureAsync(_layer with { Origin = null }, default));
        Assert.Equal("MBK2003", error.Code);
    }

    private LayerMaterializer Open() => new(_bed.Store, new KeyLocks(Path.Combine(_bed.Home, "locks")), _events);
}
