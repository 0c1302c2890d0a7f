using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class ImageResolutionTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new("resolution");
    private LocalContentStore _store = null!;

    public ValueTask InitializeAsync()
    {
        _store = new LocalContentStore(_folder["store"]);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Resolve_Manifest_IsReadWithItsConfiguration()
    {
        var manifest = await ImageAsync();
        var image = await ResolveAsync(manifest);
        Assert.Equal((manifest, manifest, "linux/amd64"), (image.Root, image.Manifest, image.Config.Platform.ToString()));
        Assert.Equal(Digest.Of(ImageFiles.LayerBytes), Assert.Single(image.Document.Layers).Digest);
    }

    [Fact]
    public async Task Resolve_Index_TakesThePlatformAndNoAttestation()
    {
        var amd64 = await ImageAsync() with { Platform = Platform.LinuxAmd64 };
        var arm64 = await ImageAsync("arm64") with { Platform = Platform.LinuxArm64 };
        var attestation = await PutAsync(MediaTypes.OciManifest, "{}") with
        {
            Platform = Platform.LinuxAmd64,
            Annotations = new Dictionary<string, string> { [AnnotationKeys.ReferenceType] = "attestation-manifest" },
        };
        var root = await IndexAsync(attestation, arm64, amd64);
        Assert.Equal(amd64.Digest, (await ResolveAsync(root)).Manifest.Digest);
        Assert.Equal(arm64.Digest, (await ResolveAsync(root, Platform.LinuxArm64)).Manifest.Digest);
        var error = await Assert.ThrowsAsync<ContentException>(() => ResolveAsync(root, Platform.Parse("linux/s390x")));
        Assert.Equal("MBK1203", error.Code);
        Assert.Contains("linux/arm64, linux/amd64", error.Message);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(50, false)]
    public async Task Resolve_IndexInAnIndex_GoesAFewStepsDown(int depth, bool found)
    {
        var manifest = await ImageAsync();
        var root = manifest with { Platform = Platform.LinuxAmd64 };
        for (var i = 0; i < depth; i++) root = await IndexAsync(root);
        if (found) Assert.Equal(manifest.Digest, (await ResolveAsync(root)).Manifest.Digest);
        else Assert.Equal("MBK1204", (await Assert.ThrowsAsync<ContentException>(() => ResolveAsync(root))).Code);
    }

    [Fact]
    public async Task Resolve_IndexLiesAboutThePlatform_IsRefused()
    {
        var root = await IndexAsync(await ImageAsync("arm64") with { Platform = Platform.LinuxAmd64 });
        Assert.Equal("MBK1203", (await Assert.ThrowsAsync<ContentException>(() => ResolveAsync(root))).Code);
    }

    [Fact]
    public async Task Resolve_OnlyImageOfAnotherPlatform_IsTakenByThoseWhoWantItSo()
    {
        var arm64 = await ImageAsync("arm64");
        Assert.Equal("MBK1203", (await Assert.ThrowsAsync<ContentException>(() => ResolveAsync(arm64))).Code);
        Assert.Equal("linux/arm64", (await ImageResolution.ResolveAsync(_store, arm64, Platform.LinuxAmd64, takesOnlyImage: true, default)).Config.Platform.ToString());
        var index = await IndexAsync(arm64 with { Platform = Platform.LinuxAmd64 });
        Assert.Equal("MBK1203", (await Assert.ThrowsAsync<ContentException>(() => ImageResolution.ResolveAsync(_store, index, Platform.LinuxAmd64, takesOnlyImage: true, default))).Code);
    }

    [Fact]
    public async Task Resolve_BlobIsMissing_SaysWhich()
    {
        var config = Descriptor.Of(MediaTypes.OciConfig, "gone"u8);
        var manifest = await PutAsync(MediaTypes.OciManifest, Encoding.UTF8.GetString(OciJson.Write(new ImageManifest { Config = config, Layers = [] })));
        var error = await Assert.ThrowsAsync<ContentException>(() => ResolveAsync(manifest));
        Assert.Equal("MBK1202", error.Code);
        Assert.Contains(config.Digest.ToString(), error.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData((4 << 20) + 1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public async Task Read_OtherSizeThanPromised_IsRefused(long size)
    {
        var hello = await PutAsync("text/plain", "hello");
        Assert.Equal("hello", Encoding.UTF8.GetString(await ImageResolution.ReadAsync(_store, hello, default)));
        Assert.Equal("MBK1204", (await Assert.ThrowsAsync<ContentException>(() => ImageResolution.ReadAsync(_store, hello with { Size = size }, default))).Code);
    }

    [Theory]
    [InlineData("sha256")]
    [InlineData("sha512")]
    public async Task Read_OtherBytesThanPromised_AreRefused(string algorithm)
    {
        var hash = algorithm == "sha512" ? SHA512.HashData("hello"u8) : SHA256.HashData("hello"u8);
        var descriptor = new Descriptor { MediaType = "text/plain", Digest = Digest.Parse($"{algorithm}:{Convert.ToHexStringLower(hash)}"), Size = 5 };
        var path = _folder.Write($"layout/blobs/{algorithm}/{descriptor.Digest.Hex}", "hello");
        var layout = new ImageLayout(_folder["layout"]);
        Assert.Equal("hello", Encoding.UTF8.GetString(await ImageResolution.ReadAsync(layout, descriptor, default)));
        File.WriteAllText(path, "hullo");
        Assert.Equal("MBK1204", (await Assert.ThrowsAsync<ContentException>(() => ImageResolution.ReadAsync(layout, descriptor, default))).Code);
    }

    // D6: what a configuration may say, and what not.
    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"os":"linux","architecture":"amd64"}""")]
    [InlineData("""{"os":null,"architecture":"amd64","rootfs":{"type":"layers","diff_ids":["LAYER"]}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":null}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":null}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[null]}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:../../../../etc/passwd"]}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["LAYER","LAYER"]}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["LAYER"]},"history":[null]}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["LAYER"]},"history":7}""")]
    [InlineData("""{"os":"linux","os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["LAYER"]}}""")]
    [InlineData("""{"os":"","architecture":"","rootfs":{"type":"layers","diff_ids":["LAYER"]}}""")]
    public async Task D6_HostileConfiguration_IsAnErrorOfOurs(string config) =>
        Assert.IsAssignableFrom<BuildException>(await Record.ExceptionAsync(() => ResolveWithConfigAsync(config)));

    [Theory]
    [InlineData("")]
    [InlineData(""","history":null""")]
    [InlineData(""","history":[]""")]
    [InlineData(""","history":[{"empty_layer":true},{"empty_layer":true},{}]""")]
    [InlineData(""","config":null""")]
    public async Task D6_ShortHistory_IsFine(string rest) =>
        Assert.NotNull(await ResolveWithConfigAsync($$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["LAYER"]}{{{rest}}}}"""));

    [Fact]
    public async Task D6_MutatedConfigurations_AreReadOrRefusedAsOurs()
    {
        var sound = ImageFiles.Utf8($$$"""{"os":"linux","architecture":"amd64","config":{"Env":["A=b"],"User":"1"},"rootfs":{"type":"layers","diff_ids":["{{{Digest.Of(ImageFiles.LayerBytes)}}}"]},"history":[{"created_by":"x"}]}""");
        var random = new Random(6);
        var source = new OneImage();
        for (var i = 0; i < 20_000; i++)
        {
            var config = (byte[])sound.Clone();
            for (var n = random.Next(1, 4); n > 0; n--) config[random.Next(config.Length)] = (byte)"{}[],:0nu\\"[random.Next(10)];
            var error = await Record.ExceptionAsync(() => ImageResolution.ResolveAsync(source, source.Set(config), Platform.LinuxAmd64, default));
            Assert.True(error is null or BuildException, $"{Encoding.UTF8.GetString(config)}: {error}");
        }
    }

    // C7: one document, one kind.
    [Theory]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"Manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[],"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":CONFIG,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":CONFIG,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"MediaType":"application/vnd.oci.image.index.v1+json","config":CONFIG,"layers":[]}""")]
    [InlineData("""{"schemaVersion":1,"config":CONFIG,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":null,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":null}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[null]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[{"mediaType":"text/html","size":1,"digest":"LAYER"}]}""")]
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","size":-1,"digest":"LAYER"}]}""")]
    // C8: a digest is no path.
    [InlineData("""{"schemaVersion":2,"config":CONFIG,"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","size":1,"digest":"sha256:../../x"}]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:../../../../../../etc/hostname"},"layers":[]}""")]
    public async Task C7_C8_HostileManifest_IsAnErrorOfOurs(string manifest)
    {
        var digest = await LayerAsync();
        var config = Encoding.UTF8.GetString(OciJson.Write(await PutAsync(MediaTypes.OciConfig, $$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{{digest}}}"]}}""")));
        var root = await PutAsync(MediaTypes.OciManifest, manifest.Replace("CONFIG", config).Replace("LAYER", digest.ToString()));
        Assert.IsAssignableFrom<BuildException>(await Record.ExceptionAsync(() => ResolveAsync(root)));
    }

    [Theory]
    [InlineData("""{"schemaVersion":2,"manifests":[null]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"config":{}}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""")]
    public async Task C7_HostileIndex_IsAnErrorOfOurs(string index)
    {
        var root = await PutAsync(MediaTypes.OciIndex, index);
        Assert.IsAssignableFrom<BuildException>(await Record.ExceptionAsync(() => ResolveAsync(root)));
    }

    [Fact]
    public async Task C7_ManifestOfferedAsIndex_IsRefused() =>
        Assert.IsAssignableFrom<BuildException>(await Record.ExceptionAsync(async () => await ResolveAsync(await ImageAsync() with { MediaType = MediaTypes.OciIndex })));

    private Task<ResolvedImage> ResolveAsync(Descriptor root, Platform? platform = null) => ImageResolution.ResolveAsync(_store, root, platform ?? Platform.LinuxAmd64, default);

    private async Task<ResolvedImage> ResolveWithConfigAsync(string text)
    {
        var layer = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = await LayerAsync(), Size = ImageFiles.LayerBytes.Length };
        var config = await PutAsync(MediaTypes.OciConfig, text.Replace("LAYER", layer.Digest.ToString()));
        return await ResolveAsync(await PutAsync(MediaTypes.OciManifest, Encoding.UTF8.GetString(OciJson.Write(new ImageManifest { Config = config, Layers = [layer] }))));
    }

    private async Task<Descriptor> ImageAsync(string architecture = "amd64")
    {
        var (manifest, blobs) = ImageFiles.Image(architecture);
        foreach (var bytes in blobs.Values) await PutAsync("", bytes);
        return manifest;
    }

    private Task<Descriptor> IndexAsync(params Descriptor[] manifests) => PutAsync(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { Manifests = manifests }));

    private async Task<Digest> LayerAsync() => (await PutAsync(MediaTypes.OciLayer, ImageFiles.LayerBytes)).Digest;

    private Task<Descriptor> PutAsync(string mediaType, string text) => PutAsync(mediaType, ImageFiles.Utf8(text));

    private async Task<Descriptor> PutAsync(string mediaType, byte[] bytes)
    {
        await using var ingest = _store.BeginIngest();
        await ingest.WriteAsync(bytes, default);
        await ingest.CommitAsync(null, null, default);
        return Descriptor.Of(mediaType, bytes);
    }

    /// <summary>An image in memory whose configuration changes.</summary>
    private sealed class OneImage : IContentSource
    {
        private readonly Dictionary<Digest, byte[]> _blobs = [];

        public Descriptor Set(byte[] config)
        {
            _blobs.Clear();
            _blobs[Digest.Of(config)] = config;
            var manifest = OciJson.Write(new ImageManifest { Config = Descriptor.Of(MediaTypes.OciConfig, config), Layers = [Descriptor.Of(MediaTypes.OciLayer, ImageFiles.LayerBytes)] });
            _blobs[Digest.Of(manifest)] = manifest;
            return Descriptor.Of(MediaTypes.OciManifest, manifest);
        }

        public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => new(_blobs.TryGetValue(digest, out var bytes) ? bytes.Length : null);

        public ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken) => new(_blobs.TryGetValue(digest, out var bytes) ? new MemoryStream(bytes) : null);
    }
}
