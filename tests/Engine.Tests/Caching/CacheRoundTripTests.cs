using MsBuildKit.Engine.Caching;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Caching;

/// <summary>What one build writes, another finds.</summary>
public sealed class CacheRoundTripTests : IAsyncDisposable
{
    private static readonly Digest s_key = Digest.Of([1]), s_other = Digest.Of([2]);

    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _there, _here;

    public CacheRoundTripTests() => (_there, _here) = (new LocalContentStore(_folder["there"]), new LocalContentStore(_folder["here"]));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _there.DisposeAsync();
        await _here.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(CacheFormat.Manifest, MediaTypes.OciManifest)]
    [InlineData(CacheFormat.Index, MediaTypes.OciIndex)]
    [InlineData(CacheFormat.DockerIndex, MediaTypes.DockerIndex)]
    public async Task Read_WhatWasWritten_FindsResultsByKeyAndOutput(CacheFormat format, string mediaType)
    {
        var (low, high) = (await LayerAsync("a"), await LayerAsync("b"));
        var written = await new CacheWriter(_there).WriteAsync([new([s_key], 0, [low, high]), new([s_key], 1, [low]), new([s_other], 0, [high])], format, Token);
        Assert.Equal(mediaType, written!.Root.MediaType);

        var cache = await RemoteCache.ReadAsync(_there, written.Root, "example.com/cache:latest", Token);
        Assert.Equal([low.DiffId, high.DiffId], cache.Find(s_key, 0)!.Select(l => l.DiffId));
        Assert.Equal([low.DiffId], cache.Find(s_key, 1)!.Select(l => l.DiffId));
        Assert.Equal([high.DiffId], cache.Find(s_other, 0)!.Select(l => l.DiffId));
        Assert.All(cache.Find(s_key, 0)!, l => Assert.Equal("example.com/cache:latest", l.Repository));
        Assert.Null(cache.Find(s_key, 2));
        Assert.Null(cache.Find(Digest.Of([3]), 0));
    }

    [Fact]
    public async Task Write_TheSameResultsInAnotherOrder_GivesTheSameDigest()
    {
        var (low, high) = (await LayerAsync("a"), await LayerAsync("b"));
        CacheEntry first = new([s_key, s_other], 0, [low, high]), second = new([Digest.Of([4])], 0, [high]);
        var one = await new CacheWriter(_there).WriteAsync([first, second], CacheFormat.Manifest, Token);
        var two = await new CacheWriter(_there).WriteAsync([second, first], CacheFormat.Manifest, Token);
        Assert.Equal(one!.Root, two!.Root);
        Assert.Null(await new CacheWriter(_there).WriteAsync([], CacheFormat.Manifest, Token));
    }

    // A result that was found by one name is not asked for its others.
    [Fact]
    public async Task WithNames_OfWhatWasFound_MakeTheSameCacheAgain()
    {
        var (low, high) = (await LayerAsync("a"), await LayerAsync("b"));
        var written = await new CacheWriter(_there).WriteAsync([new([s_key, s_other], 0, [low, high])], CacheFormat.Manifest, Token);
        var imports = new CacheImports(_here);
        await imports.AddAsync(_there, written!.Root, Token);
        Assert.Equal(written.Root, (await new CacheWriter(_there).WriteAsync(imports.WithNames([new([s_key], 0, [low, high])]), CacheFormat.Manifest, Token))!.Root);
        Assert.All(imports.WithNames([new([s_key], 0, [high]), new([s_key], 1, [low, high]), new([Digest.Of([3])], 0, [low, high])]), e => Assert.Empty(e.Names));
    }

    [Fact]
    public async Task Find_InAPlaceThatIsNoRegistry_BringsTheLayersHere()
    {
        var layer = await LayerAsync("a");
        var written = await new CacheWriter(_there).WriteAsync([new([s_key], 0, [layer])], CacheFormat.Manifest, Token);
        var imports = new CacheImports(_here);
        await imports.AddAsync(_there, written!.Root, Token);
        Assert.Null(await imports.FindAsync(Vertex(), s_other, Token));
        Assert.NotNull(await imports.FindAsync(Vertex(), s_key, Token));
        Assert.Equal(layer.Blob.Size, await _here.FindSizeAsync(layer.Blob.Digest, Token));
    }

    [Fact]
    public async Task Find_ALayerThatIsGone_FindsNothing()
    {
        var layer = await LayerAsync("a");
        var written = await new CacheWriter(_there).WriteAsync([new([s_key], 0, [layer])], CacheFormat.Manifest, Token);
        File.Delete(_there.PathOf(layer.Blob.Digest));
        var imports = new CacheImports(_here);
        await imports.AddAsync(_there, written!.Root, Token);
        Assert.Null(await imports.FindAsync(Vertex(), s_key, Token));
    }

    [Fact]
    public async Task Find_ALayerThatIsNotWhatTheCacheSays_Fails()
    {
        var layer = await LayerAsync("a");
        var written = await new CacheWriter(_there).WriteAsync([new([s_key], 0, [layer with { DiffId = Digest.Of([9]) }])], CacheFormat.Manifest, Token);
        var imports = new CacheImports(_here);
        await imports.AddAsync(_there, written!.Root, Token);
        Assert.Equal("MBK2551", (await Assert.ThrowsAsync<CacheException>(() => imports.FindAsync(Vertex(), s_key, Token).AsTask())).Code);
    }

    [Fact]
    public async Task Put_IntoAnImage_IsFoundInIt()
    {
        var (low, high) = (await LayerAsync("a"), await LayerAsync("b"));
        var config = new ImageConfig { Os = "linux", Architecture = "amd64", RootFs = new RootFs { DiffIds = [low.DiffId, high.DiffId] } };
        var own = InlineCache.Put(config, [new([s_key], 0, [low, high]), new([s_other], 0, [high]), new([Digest.Of([5])], 0, [await LayerAsync("elsewhere")])], [low, high]);
        var blob = await PutAsync(MediaTypes.OciConfig, OciJson.Write(own));
        var image = await PutAsync(MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = blob, Layers = [low.Blob, high.Blob] }));

        var cache = await RemoteCache.ReadAsync(_there, image, null, Token);
        Assert.Equal([low.DiffId, high.DiffId], cache.Find(s_key, 0)!.Select(l => l.DiffId));
        Assert.Equal([high.DiffId], cache.Find(s_other, 0)!.Select(l => l.DiffId));
        Assert.Null(cache.Find(Digest.Of([5]), 0));
        Assert.DoesNotContain(CacheConfig.InlineField, InlineCache.Put(own, [], [low, high]).Unknown!.Keys);
    }

    [Fact]
    public async Task Read_WhatIsNoCache_Fails()
    {
        var config = await PutAsync(CacheConfig.MediaType, "[]"u8.ToArray());
        var root = await PutAsync(MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = config, Layers = [] }));
        Assert.Equal("MBK2550", (await Assert.ThrowsAsync<CacheException>(() => RemoteCache.ReadAsync(_there, root, null, Token))).Code);
    }

    [Fact]
    public async Task Read_LayersThatLeadInACircle_AreLeftOut()
    {
        var layer = await LayerAsync("a");
        var name = CacheConfig.NameOf(s_key, 0);
        var json = $$"""{"layers":[{"blob":"{{layer.Blob.Digest}}","parent":0}],"records":[{"digest":"{{name}}","layers":[{"layer":0}]},{"digest":"{{name}}","layers":[{"layer":7}]}]}""";
        var config = await PutAsync(CacheConfig.MediaType, System.Text.Encoding.UTF8.GetBytes(json));
        var root = await PutAsync(MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = config, Layers = [layer.Blob with { Annotations = new Dictionary<string, string> { [CacheWriter.DiffIdKey] = layer.DiffId.ToString() } }] }));
        Assert.Null((await RemoteCache.ReadAsync(_there, root, null, Token)).Find(s_key, 0));
    }

    private static Vertex Vertex() => LlbGraph.Load(LlbMarshaller.Marshal(LlbState.Scratch.File("f", FileStep.MakeFile("/a", 0x1A4, "a"u8)))).Vertex;

    private Task<Layer> LayerAsync(string name) =>
        LayerWriter.WriteAsync([new TreeEntry { Path = name, Type = TreeEntryType.File, Mode = 0x1A4 }], _there, new LayerOptions(), "made", Token);

    private async Task<Descriptor> PutAsync(string mediaType, byte[] bytes)
    {
        await using var ingest = _there.BeginIngest();
        await ingest.WriteAsync(bytes, Token);
        return new Descriptor { MediaType = mediaType, Digest = await ingest.CommitAsync(null, null, Token), Size = bytes.Length };
    }
}
