using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Tests.Content;
using MsBuildKit.Engine.Tests.Distribution;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Engine.Tests;

public sealed class RegistryDeliveryTests : IAsyncLifetime
{
    private readonly Events _events = [];
    private RegistryBed _bed = null!;

    private TestRegistry Registry => _bed.Registry;

    public async ValueTask InitializeAsync() => _bed = await RegistryBed.StartAsync();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Push_SlowAndBreaking_ReaderNeverSeesATagWhoseContentIsMissing()
    {
        var image = await MakeAsync(3);
        var gaps = new List<string>();
        var looks = 0;
        void Look(RecordedRequest after)
        {
            foreach (var tag in new[] { "1.0", "latest" })
                if (Registry["team/app"].Missing(tag) is { Count: > 0 } missing)
                    lock (gaps) gaps.Add($"{tag} lacks {missing.Count} after {after}");
            Interlocked.Increment(ref looks);
        }
        Registry.Handled = Look;
        Registry.Faults.Add("PUT", "/blobs/", Faults.ResetUpload(100_000), Faults.Reset, Faults.Status(503, retryAfter: 5), Faults.ResetUpload(200_000));
        Registry.Faults.Add("PUT", "/manifests/", Faults.Status(500), Faults.Reset);
        using var stop = new CancellationTokenSource();
        var poll = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Look(Registry.Requests.LastOrDefault()!);
                await Task.Yield();
            }
        });

        await DeliverAsync(image, ["1.0", "latest"]);
        await stop.CancelAsync();
        await poll;

        Assert.Empty(gaps);
        Assert.True(looks > Registry.Requests.Count);
        Assert.Equal(image.Root.Digest, Registry["team/app"].Tags["1.0"]);
        Assert.Equal(image.Root.Digest, Registry["team/app"].Tags["latest"]);
        Assert.Empty(Registry["team/app"].Missing("1.0"));
    }

    [Fact]
    public async Task Push_Order_IsBlobsThenManifestsThenTags()
    {
        var image = await MakeAsync(2);
        await DeliverAsync(image, ["1.0", "latest"]);
        var puts = Registry.Find("PUT").Select(r => r.Path).ToList();
        var manifests = puts.SkipWhile(p => p.Contains("/blobs/")).ToList();
        Assert.DoesNotContain(manifests, p => p.Contains("/blobs/"));
        Assert.Equal(
            [.. image.Manifests.Select(m => $"/v2/team/app/manifests/{m.Descriptor.Digest}"), "/v2/team/app/manifests/1.0", "/v2/team/app/manifests/latest"],
            manifests);
    }

    [Fact]
    public async Task Push_Again_SendsNoBlob()
    {
        var image = await MakeAsync(2);
        await DeliverAsync(image, ["1.0"]);
        var before = Registry.Requests.Count;
        await DeliverAsync(image, ["1.0"]);
        var second = Registry.Requests.Skip(before).ToList();
        Assert.Equal(["HEAD", "PUT"], second.Select(r => r.Method).Distinct());
        Assert.All(second.Where(r => r.Method == "PUT"), r => Assert.Contains("/manifests/", r.Path));
        Assert.Contains("(0 bytes sent)", Assert.IsType<BuildMessage>(_events[^1]).Text);
    }

    [Fact]
    public async Task Push_NoTags_IsReachedByDigest()
    {
        var image = await MakeAsync(1);
        await DeliverAsync(image, []);
        Assert.Contains(image.Root.Digest, Registry["team/app"].Manifests.Keys);
        Assert.Empty(Registry["team/app"].Tags);
    }

    [Fact]
    public async Task Push_BaseInTheSameRegistry_IsMountedAndNeverPulled()
    {
        var image = await MakeAsync(1, baseIn: "team/base");
        await DeliverAsync(image, ["1.0"]);
        Assert.Empty(Registry.Find("GET", "/blobs/"));
        Assert.Single(Registry.Find("POST"), r => r.Query.Contains("from=team%2Fbase"));
        Assert.Empty(Registry["team/app"].Missing("1.0"));
    }

    [Fact]
    public async Task Push_BaseThatCannotBeMounted_IsPulledAndPushed()
    {
        Registry.Quirks = new() { Mount = 403 };
        var image = await MakeAsync(1, baseIn: "team/base");
        await DeliverAsync(image, ["1.0"]);
        Assert.Single(Registry.Find("GET", "team/base/blobs/"));
        Assert.Empty(Registry["team/app"].Missing("1.0"));
    }

    [Fact]
    public async Task Push_BlobThatTheStoreHasDamaged_IsNotSentWholeAndNoTagAppears()
    {
        var image = await MakeAsync(1);
        var damaged = image.Manifests[0].Layers[0].Blob;
        TestStore.Damage(_bed.Store.PathOf(damaged.Digest));
        Assert.Equal("MBK1208", (await Assert.ThrowsAsync<ContentException>(() => DeliverAsync(image, ["1.0"]))).Code);
        Assert.False(File.Exists(_bed.Store.PathOf(damaged.Digest)));
        Assert.DoesNotContain(damaged.Digest, Registry["team/app"].Blobs.Keys);
        Assert.Empty(Registry["team/app"].Tags);
        // Its last byte is held back: a registry that checks nothing gets no blob either.
        Assert.All(Registry.Requests, r => Assert.True(r.BodyLength < damaged.Size));
    }

    [Fact]
    public async Task Push_Progress_IsTold()
    {
        var image = await MakeAsync(1);
        await DeliverAsync(image, ["1.0"]);
        var layer = image.Manifests[0].Layers[0].Blob;
        Assert.Contains(new StepProgress($"push {layer.Digest.Hex[..12]}", layer.Size, layer.Size), _events);
    }

    private Task DeliverAsync(AssembledImage image, string[] tags) =>
        new RegistryDelivery(_bed.Open(), _bed.Store, new LayerMaterializer(_bed.Store, new KeyLocks(Path.Combine(_bed.Home, "locks")), null), _events)
            .PushAsync(image, _bed.Image(), tags, default);

    private async Task<AssembledImage> MakeAsync(int platforms, string? baseIn = null)
    {
        var manifests = new List<AssembledManifest>();
        for (var i = 0; i < platforms; i++)
        {
            var layers = new List<Layer> { Local(await KeepAsync(MediaTypes.OciLayer, RegistryBed.Bytes(700_000, i))) };
            if (baseIn is not null) layers.Insert(0, Remote(baseIn, RegistryBed.Bytes(500_000, 99)));
            var configJson = OciJson.Write(new ImageConfig { Os = "linux", Architecture = $"arch{i}", RootFs = new RootFs { DiffIds = [.. layers.Select(l => l.DiffId)] } });
            var config = await KeepAsync(MediaTypes.OciConfig, configJson);
            var manifestJson = OciJson.Write(new ImageManifest { Config = config, Layers = [.. layers.Select(l => l.Blob)] });
            var platform = new Platform { Os = "linux", Architecture = $"arch{i}" };
            manifests.Add(new AssembledManifest(platform, await KeepAsync(MediaTypes.OciManifest, manifestJson), manifestJson, config, configJson, layers));
        }
        var root = await KeepAsync(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { Manifests = [.. manifests.Select(m => m.Descriptor with { Platform = m.Platform })] }));
        return new AssembledImage(root, manifests, []);
    }

    private static Layer Local(Descriptor blob) => new() { DiffId = blob.Digest, Blob = blob, CreatedBy = "test" };

    private Layer Remote(string repository, byte[] bytes) => Local(Registry[repository].Add(MediaTypes.OciLayer, bytes)) with { Origin = new LayerOrigin(_bed.Pull(repository), _bed.Image(repository)) };

    private async Task<Descriptor> KeepAsync(string mediaType, byte[] bytes)
    {
        await using var ingest = _bed.Store.BeginIngest();
        await ingest.WriteAsync(bytes, default);
        await ingest.CommitAsync(null, null, default);
        return Descriptor.Of(mediaType, bytes);
    }
}
