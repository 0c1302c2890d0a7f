using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Engine.Tests.Distribution;

public sealed class RegistryRepositoryTests : IAsyncLifetime
{
    private static readonly byte[] s_bytes = RegistryBed.Bytes(1 << 20);
    private static readonly Digest s_digest = Digest.Of(s_bytes);
    private static readonly byte[] s_manifest = OciJson.Write(new ImageManifest { Config = Descriptor.Of(MediaTypes.OciConfig, "{}"u8), Layers = [] });

    private RegistryBed _bed = null!;

    private TestRegistry Registry => _bed.Registry;

    public async ValueTask InitializeAsync()
    {
        _bed = await RegistryBed.StartAsync();
        Registry["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        Registry["team/app"].AddManifest(MediaTypes.OciManifest, s_manifest, "1.0");
    }

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Find_Blob_IsStreamed()
    {
        Assert.Equal(s_bytes, await PullAsync());
        Assert.Equal(s_bytes.Length, await _bed.Pull().FindSizeAsync(s_digest, default));
        Assert.Null(await _bed.Store.FindSizeAsync(s_digest, default));
    }

    [Fact]
    public async Task Find_Unknown_IsNull()
    {
        Assert.Null(await _bed.Pull().FindAsync(Digest.Of("x"u8), default));
        Assert.Null(await _bed.Pull().FindSizeAsync(Digest.Of("x"u8), default));
    }

    [Fact]
    public async Task Find_ConnectionBreaks_GoesOnAtTheByteWhereItBroke()
    {
        Registry.Faults.Add("GET", "/blobs/", Faults.CutBody(300_000), Faults.CutBody(200_000));
        Assert.Equal(s_bytes, await PullAsync());
        var from = Registry.Find("GET", "/blobs/").Select(FirstByte).ToList();
        Assert.Equal(3, from.Count);
        Assert.Equal(0, from[0]);
        Assert.InRange(from[1], 1, 300_000);
        Assert.InRange(from[2], from[1] + 1, from[1] + 200_000);
    }

    [Fact]
    public async Task Find_ConnectionBreaksWithoutRanges_ReadsAgainAndSkips()
    {
        Registry.Quirks = new() { NoRanges = true };
        Registry.Faults.Add("GET", "/blobs/", Faults.CutBody(300_000), Faults.CutBody(100_000), Faults.CutBody(700_000));
        Assert.Equal(s_bytes, await PullAsync());
        Assert.Equal(4, Registry.Find("GET", "/blobs/").Count);
    }

    [Fact]
    public async Task Find_RangeRefused_ReadsAgainFromTheStart()
    {
        Registry.Faults.Add("GET", "/blobs/", Faults.CutBody(300_000), Faults.Status(416));
        Assert.Equal(s_bytes, await PullAsync());
        Assert.Null(Registry.Find("GET", "/blobs/")[^1].Headers.GetValueOrDefault("Range"));
    }

    [Fact]
    public async Task Find_OtherRangeThanAsked_ReadsAgainFromTheStart()
    {
        Registry.Faults.Add("GET", "/blobs/", Faults.CutBody(300_000), async (context, _) =>
        {
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes 5-{s_bytes.Length - 1}/{s_bytes.Length}";
            await context.Response.Body.WriteAsync(s_bytes.AsMemory(5));
        });
        Assert.Equal(s_bytes, await PullAsync());
    }

    [Fact]
    public async Task Find_NeverComesFurther_SaysSo()
    {
        Registry.Quirks = new() { NoRanges = true };
        Registry.Faults.Add("GET", "/blobs/", [.. Enumerable.Repeat(Faults.CutBody(300_000), 30)]);
        var error = await Assert.ThrowsAsync<RegistryException>(PullAsync);
        Assert.Equal("MBK1401", error.Code);
        Assert.InRange(Registry.Find("GET", "/blobs/").Count, 8, 29);
    }

    [Fact]
    public async Task Find_SmallBlobBreaks_IsWholeAndKept()
    {
        var small = RegistryBed.Bytes(100_000, 2);
        Registry["team/app"].Add(MediaTypes.OciConfig, small);
        Registry.Faults.Add("GET", "/blobs/", Faults.CutBody(50_000));
        Assert.Equal(small, await RegistryBed.ReadAsync(await _bed.Pull().FindAsync(Digest.Of(small), default)));
        Assert.Equal(small.Length, await _bed.Store.FindSizeAsync(Digest.Of(small), default));
    }

    [Fact]
    public async Task Find_RedirectedBlobBreaks_AsksTheRegistryAgain()
    {
        await using var storage = await TestRegistry.StartAsync();
        storage["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        Registry.Quirks = new() { BlobsAt = storage.Address };
        storage.Faults.Add("GET", "/blobs/", Faults.CutBody(300_000));
        Assert.Equal(s_bytes, await PullAsync());
        Assert.Equal(2, Registry.Find("GET", "/blobs/").Count);
        Assert.InRange(FirstByte(storage.Requests[^1]), 1, 300_000);
    }

    [Fact]
    public async Task Resolve_Tag_CostsOneRequestWithoutABody()
    {
        var root = await _bed.Pull().ResolveAsync(_bed.Image(tag: "1.0"), default);
        Assert.Equal(Descriptor.Of(MediaTypes.OciManifest, s_manifest), root);
        Assert.Equal("HEAD", Assert.Single(Registry.Requests).Method);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task Resolve_RegistryWithoutHead_Gets(int status)
    {
        Registry.Quirks = new() { ManifestHead = status };
        Assert.Equal(Digest.Of(s_manifest), (await _bed.Pull().ResolveAsync(_bed.Image(tag: "1.0"), default)).Digest);
    }

    [Fact]
    public async Task Resolve_NoDigestHeader_ComputesIt()
    {
        Registry.Quirks = new() { NoDigestHeader = true };
        Assert.Equal(Digest.Of(s_manifest), (await _bed.Pull().ResolveAsync(_bed.Image(tag: "1.0"), default)).Digest);
    }

    [Fact]
    public async Task Resolve_ManifestBreaksOff_IsFetchedAgain()
    {
        Registry.Quirks = new() { ManifestHead = 405 };
        Registry.Faults.Add("GET", "/manifests/", Faults.CutBody(20), Faults.Status(503, retryAfter: 3), Faults.Reset);
        Assert.Equal(Digest.Of(s_manifest), (await _bed.Pull().ResolveAsync(_bed.Image(tag: "1.0"), default)).Digest);
        Assert.Contains(TimeSpan.FromSeconds(3), _bed.Time.Pauses);
    }

    [Fact]
    public async Task Resolve_Unknown_SaysWhich()
    {
        var error = await Assert.ThrowsAsync<RegistryException>(() => _bed.Pull().ResolveAsync(_bed.Image(tag: "2.0"), default));
        Assert.Equal("MBK1403", error.Code);
        Assert.Contains("MANIFEST_UNKNOWN: no such manifest", error.Message);
    }

    [Fact]
    public async Task Find_SpoiledOnTheWay_IsFetchedAgain()
    {
        var small = RegistryBed.Bytes(100_000, 2);
        Registry["team/app"].Add(MediaTypes.OciConfig, small);
        Registry.Faults.Add("GET", "/blobs/", Faults.OtherBytes, Faults.Status(404), Faults.Status(403));
        Assert.Equal(small, await RegistryBed.ReadAsync(await _bed.Pull().FindAsync(Digest.Of(small), default)));
    }

    [Fact]
    public async Task Resolve_ManifestSpoiledOnTheWay_IsFetchedAgain()
    {
        Registry.Quirks = new() { ManifestHead = 405 };
        Registry.Faults.Add("GET", "/manifests/", Faults.OtherBytes, Faults.WrongDigest, Faults.Status(404));
        Assert.Equal(Digest.Of(s_manifest), (await _bed.Pull().ResolveAsync(_bed.Image(tag: "1.0"), default)).Digest);
    }

    [Fact]
    public async Task Resolve_PinnedAndReadBefore_CostsNothing()
    {
        var pinned = _bed.Image(digest: Digest.Of(s_manifest));
        var repository = _bed.Pull();
        await RegistryBed.ReadAsync(await repository.FindAsync((await repository.ResolveAsync(pinned, default)).Digest, default));
        var before = Registry.Requests.Count;
        await _bed.Pull().ResolveAsync(pinned, default);
        Assert.Equal(before, Registry.Requests.Count);
    }

    [Fact]
    public async Task Find_ManifestOfAnIndex_IsNotLookedForAmongTheBlobs()
    {
        var index = OciJson.Write(new ImageIndex { Manifests = [Descriptor.Of(MediaTypes.OciManifest, s_manifest)] });
        Registry["team/app"].AddManifest(MediaTypes.OciIndex, index, "multi");
        var repository = _bed.Pull();
        var root = await repository.ResolveAsync(_bed.Image(tag: "multi"), default);
        Assert.Equal(index, await RegistryBed.ReadAsync(await repository.FindAsync(root.Digest, default)));
        Assert.Equal(s_manifest, await RegistryBed.ReadAsync(await repository.FindAsync(Digest.Of(s_manifest), default)));
        Assert.Empty(Registry.Find("GET", "/blobs/"));
    }

    private static long FirstByte(RecordedRequest request) =>
        request.Headers.GetValueOrDefault("Range") is { } range ? long.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;

    private async Task<byte[]> PullAsync() => await RegistryBed.ReadAsync(await _bed.Pull().FindAsync(s_digest, default));
}
