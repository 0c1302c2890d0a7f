using System.Diagnostics;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Content;

/// <summary>Layouts, archives and documents that somebody made to be misread.</summary>
public sealed class HostileImageTests : IDisposable
{
    private readonly TempFolder _folder = new("hostile");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task C1_Breakouts_AsArchives_AreNoImages()
    {
        var sentinel = new Sentinel(_folder["outside"]);
        foreach (var breakout in Breakouts.All(sentinel.Root))
            foreach (var tar in breakout.Layers)
            {
                File.WriteAllBytes(_folder["a.tar"], tar);
                var error = await Record.ExceptionAsync(async () => (await ImageArchive.OpenAsync(_folder["a.tar"], default)).FindImage(null));
                Assert.True(error is ContentException { Code: "MBK1204" }, $"{breakout.Name}: {error}");
            }
        Assert.True(sentinel.IsIntact);
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task C1_Breakouts_AreVerifiedWithoutTouchingAnything(Compression compression)
    {
        var sentinel = new Sentinel(_folder["outside"]);
        foreach (var breakout in Breakouts.All(sentinel.Root))
        {
            HostileImage.Write(_folder["image"], breakout.Layers, compression);
            var layout = new ImageLayout(_folder["image"]);
            var found = await new ImageVerifier(layout, 2).VerifyAsync(await layout.ReadIndexAsync(default), default);
            Assert.Equal(1, found.Images);
        }
        Assert.True(sentinel.IsIntact);
    }

    [Theory]
    [InlineData("index.json")]
    [InlineData("blobs")]
    [InlineData("blobs/sha256")]
    public async Task C1_LayoutWithALinkInIt_IsNotFollowed(string linked)
    {
        var manifest = HostileImage.Write(_folder["real"], [new RawTar().ToArray()], Compression.Gzip);
        HostileImage.Write(_folder["evil"], [new RawTar().ToArray()], Compression.Gzip);
        var path = _folder["evil/" + linked];
        if (File.Exists(path)) File.Delete(path);
        else Directory.Delete(path, recursive: true);
        File.CreateSymbolicLink(path, _folder["real/" + linked]);
        var layout = new ImageLayout(_folder["evil"]);
        var error = await Assert.ThrowsAsync<ContentException>(async () => await ImageResolution.ResolveAsync(layout, await layout.FindImageAsync(null, default), Platform.LinuxAmd64, default));
        Assert.Contains(error.Code, new[] { "MBK1202", "MBK1204" });
        if (linked != "index.json") Assert.Null(await layout.FindSizeAsync(manifest.Digest, default));
    }

    [Theory]
    [InlineData("index.json")]
    [InlineData("blob")]
    public async Task B17_PipeInALayout_IsNotWaitedFor(string what)
    {
        var manifest = HostileImage.Write(_folder["evil"], [new RawTar().ToArray()], Compression.Gzip);
        var path = what == "blob" ? _folder[$"evil/blobs/sha256/{manifest.Digest.Hex}"] : _folder["evil/index.json"];
        File.Delete(path);
        (await Command.RunAsync(RealTool.Find("mkfifo"), [path])).Succeeded();
        var layout = new ImageLayout(_folder["evil"]);
        var reading = Record.ExceptionAsync(() => Task.Run(async () => await ImageResolution.ResolveAsync(layout, what == "blob" ? manifest : await layout.FindImageAsync(null, default), Platform.LinuxAmd64, default))).AsTask();
        Assert.IsType<ContentException>(await reading.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task C10_LinksOfAnArchive_AreNotFiles_OfWhereverWeRun()
    {
        // The test program runs in its own folder, where there are files to link to.
        var own = Path.GetFileName(Environment.ProcessPath)!;
        var config = ImageFiles.Utf8(Config(Digest.Of("x"u8)));
        foreach (var link in new[] { ImageFiles.Link("l", own), ImageFiles.Link("l", own, System.Formats.Tar.TarEntryType.HardLink), ImageFiles.Link("l", Environment.ProcessPath!, System.Formats.Tar.TarEntryType.HardLink) })
        {
            var archive = await OpenAsync(ImageFiles.File("manifest.json", ImageFiles.Utf8("""[{"Config":"c","Layers":["l"]}]""")), ImageFiles.File("c", config), link);
            Assert.Equal("MBK1204", Assert.Throws<ContentException>(() => archive.FindImage(null)).Code);
            Assert.Null(await archive.FindAsync(Digest.Of("x"u8), default));
        }
    }

    [Theory]
    [InlineData("index.json")]
    [InlineData("manifest.json")]
    public async Task C7_ArchiveWithTwoOfWhatTellsItsImages_IsRefused(string name)
    {
        var error = await Assert.ThrowsAsync<ContentException>(() => OpenAsync(ImageFiles.File(name, "[]"u8.ToArray()), ImageFiles.File("./" + name, "{}"u8.ToArray())));
        Assert.Equal("MBK1204", error.Code);
        Assert.Contains("two files", error.Message);
    }

    [Theory]
    [InlineData("""[{"Config":"a","Config":"b","Layers":[]}]""")]
    [InlineData("""[{"Config":"a","Layers":[],"Layers":["x"]}]""")]
    public async Task C7_DockerManifestThatSaysThingsTwice_IsRefused(string manifest)
    {
        var archive = await OpenAsync(ImageFiles.File("manifest.json", ImageFiles.Utf8(manifest)));
        Assert.Equal("MBK1204", Assert.Throws<ContentException>(() => archive.FindImage(null)).Code);
    }

    [Fact]
    public async Task C5_DockerManifestOfManyImages_IsRefused()
    {
        var manifest = "[" + string.Join(',', Enumerable.Repeat("""{"Config":"c"}""", 1001)) + "]";
        var archive = await OpenAsync(ImageFiles.File("manifest.json", ImageFiles.Utf8(manifest)), ImageFiles.File("c", "{}"u8.ToArray()));
        Assert.Contains("more than 1000 images", Assert.Throws<ContentException>(() => archive.ReadIndex()).Message);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('g')]
    [InlineData('L')]
    [InlineData('K')]
    public async Task C5_ArchiveWithAHeaderThatClaimsMoreThanMemoryHolds_IsRefused(char type)
    {
        foreach (var size in new[] { 2L << 20, 2L << 30, long.MaxValue })
        {
            using (var file = File.Create(_folder["a.tar"]))
            {
                file.Write(RawTar.Header(type, "pax", size: size));
                file.SetLength(3L << 30);
            }
            Assert.Equal("MBK1204", (await Assert.ThrowsAsync<ContentException>(() => ImageArchive.OpenAsync(_folder["a.tar"], default))).Code);
        }
    }

    [Theory]
    [InlineData(1L << 20)]
    [InlineData(1L << 40)]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    public async Task C5_ArchiveThatClaimsMoreThanThereIs_IsRefused(long size)
    {
        File.WriteAllBytes(_folder["a.tar"], [.. RawTar.Header('0', "index.json", size: size), .. "{}"u8]);
        var error = await Record.ExceptionAsync(async () => (await ImageArchive.OpenAsync(_folder["a.tar"], default)).FindImage(null));
        Assert.True(error is ContentException { Code: "MBK1204" }, $"{error}");
    }

    [Fact]
    public async Task C5_IndexOfManyTags_IsNotToldWhole()
    {
        var index = new ImageIndex { Manifests = [.. Enumerable.Range(0, 10_000).Select(i => ImageFiles.Tagged(Descriptor.Of(MediaTypes.OciManifest, BitConverter.GetBytes(i)), $"tag-{i}\n##vso[x]{i}"))] };
        Directory.CreateDirectory(_folder["evil"]);
        File.WriteAllBytes(_folder["evil/index.json"], OciJson.Write(index));
        var error = await Assert.ThrowsAsync<ContentException>(() => new ImageLayout(_folder["evil"]).FindImageAsync(null, default));
        Assert.InRange(error.Message.Length, 100, 5000);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    // Go's readers fold the case of keys, and the last one counts.
    [Theory]
    [InlineData("""{"schemaVersion":2,"config":BLOB,"layers":[],"Config":BLOB}""")]
    [InlineData("""{"schemaVersion":2,"config":BLOB,"layers":[],"LAYERS":[]}""")]
    [InlineData("""{"schemaVersion":2,"SchemaVersion":2,"config":BLOB,"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"a","digest":"DIGEST","size":0,"Digest":"DIGEST"},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"a","digest":"DIGEST","size":0,"Size":1},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":BLOB,"layers":[{"mediaType":"a","MEDIATYPE":"b","digest":"DIGEST","size":0}]}""")]
    public void C7_ManifestWithAKeyInTwoCases_IsRefused(string json) => Assert.Equal("MBK1104", Assert.Throws<OciException>(() => ImageManifest.Parse(Bytes(json))).Code);

    [Theory]
    [InlineData("""{"schemaVersion":2,"manifests":[],"MANIFESTS":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"DIGEST","Digest":"DIGEST","size":0}]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"DIGEST","size":0,"platform":{"os":"linux","OS":"windows","architecture":"amd64"}}]}""")]
    public void C7_IndexWithAKeyInTwoCases_IsRefused(string json) => Assert.Equal("MBK1104", Assert.Throws<OciException>(() => ImageIndex.Parse(Bytes(json))).Code);

    [Theory]
    [InlineData("""{"os":"linux","architecture":"amd64","config":{},"Config":{"User":"0"}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","config":{"User":"1","user":"0"}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":[]},"RootFS":{"diff_ids":["DIGEST"]}}""")]
    [InlineData("""{"os":"linux","OS":"windows","architecture":"amd64"}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","config":{"Labels":{"a":"1","a":"2"}}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","config":{"OnBuild":[],"OnBuild":["x"]}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","x":{"y":1,"y":2}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","config":{"ExposedPorts":{"1/tcp":{},"1/tcp":{}}}}""")]
    [InlineData("""{"os":"linux","architecture":"amd64","config":{"Healthcheck":{"Test":[null]}}}""")]
    public void C7_D6_ConfigurationThatSaysThingsTwice_IsRefused(string json) => Assert.Equal("MBK1104", Assert.Throws<OciException>(() => ImageConfig.Parse(Bytes(json))).Code);

    [Fact]
    public void C7_KeyInAnotherCase_IsReadAsOthersReadIt() =>
        Assert.Equal("5", ImageConfig.Parse(Bytes("""{"OS":"linux","architecture":"amd64","Config":{"user":"5"}}""")).Config!.User);

    [Fact]
    public void C8_MutatedDigests_AreExactOrNone()
    {
        var sound = Digest.Of("x"u8).ToString();
        var random = new Random(8);
        string[] parts = ["sha256:", "sha512:", "SHA256:", "../", "/", "\\", "\0", "%2f", sound[7..], sound[7..40], "..", ":", "a", "G", " ", "\u202e"];
        for (var i = 0; i < 100_000; i++)
        {
            var text = random.Next(2) == 0
                ? string.Concat(random.GetItems(parts, random.Next(1, 6)))
                : Mutate(sound, random);
            if (!Digest.TryParse(text, out var digest)) continue;
            Assert.Equal(text, digest.ToString());
            Assert.True(digest.Algorithm is "sha256" or "sha512");
            Assert.All(digest.Hex, c => Assert.True(char.IsAsciiHexDigitLower(c)));
            Assert.Equal(digest.Algorithm == "sha256" ? 64 : 128, digest.Hex.Length);
        }
    }

    [Fact]
    public async Task C15_ManyImportsOfBrokenAndGoodImages_AllEnd()
    {
        HostileImage.Write(_folder["good"], [new RawTar().File("etc/passwd", "app:x:1:1::/:\n").ToArray()], Compression.Gzip);
        HostileImage.Write(_folder["broken"], [new RawTar().File("etc/passwd", "app:x:1:1::/:\n").File("b", "b").ToArray()], Compression.Gzip);
        // The blob is there, whole in length, and other than its digest.
        foreach (var blob in Directory.GetFiles(_folder["broken/blobs/sha256"]).Where(f => File.ReadAllBytes(f)[0] == 0x1f)) TestStore.Damage(blob);
        await using var store = new LocalContentStore(_folder["store"]);
        var clock = Stopwatch.StartNew();
        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(async () => await Record.ExceptionAsync(async () =>
        {
            var layout = new ImageLayout(_folder[i % 2 == 0 ? "broken" : "good"]);
            var image = await ImageResolution.ResolveAsync(layout, await layout.FindImageAsync(null, default), Platform.LinuxAmd64, default);
            // As a process of its own would: nothing shared but the store's folder.
            var layers = new Engine.Workers.LayerMaterializer(store, new KeyLocks(_folder["locks"]), null);
            await new Engine.Workers.ImageUsers(store, layers).ResolveAsync("app", Engine.Workers.SourceLayers.Of(image, null), default);
        })))).WaitAsync(TimeSpan.FromSeconds(60));
        for (var i = 0; i < results.Length; i++)
            Assert.True(i % 2 == 0 ? results[i] is ContentException { Code: "MBK1201" } : results[i] is null, $"{i}: {results[i]}");
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    [Fact]
    public async Task C6_TwoImagesThatDisagreeAboutALayersInside_AreBothLookedAt()
    {
        var tar = new RawTar().File("a", "x").ToArray();
        var blob = HostileImage.Put(_folder["image"], MediaTypes.OciLayerGzip, Packing.Pack(tar, Compression.Gzip));
        var good = HostileImage.WriteWith(_folder["image"], [blob], Config(Digest.Of(tar)));
        var wrong = HostileImage.WriteWith(_folder["image"], [blob], Config(Digest.Of("other"u8)));
        var found = await new ImageVerifier(new ImageLayout(_folder["image"]), 2).VerifyAsync(new ImageIndex { Manifests = [good, wrong] }, default);
        Assert.Contains("said to unpack", Assert.Single(found.Faults).Problem);
    }

    [Fact]
    public async Task D6_LayoutToPushWhoseConfigurationIsShort_IsRefused()
    {
        var blob = HostileImage.Put(_folder["image"], MediaTypes.OciLayerGzip, [1]);
        HostileImage.WriteWith(_folder["image"], [blob], """{"os":"linux","architecture":"amd64"}""");
        var layout = new ImageLayout(_folder["image"]);
        var root = await layout.FindImageAsync(null, default);
        var error = await Assert.ThrowsAsync<ContentException>(() => LayoutImage.ReadAsync(layout, root, _ => throw new InvalidOperationException(), default));
        Assert.Equal("MBK1204", error.Code);
    }

    private static string Config(Digest diffId) => $$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{{diffId}}}"]}}""";

    private static string Mutate(string sound, Random random)
    {
        var text = new StringBuilder(sound);
        for (var n = random.Next(1, 3); n > 0; n--) text[random.Next(text.Length)] = (char)random.Next(1, 256);
        return text.ToString();
    }

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json
        .Replace("BLOB", $$"""{"mediaType":"{{MediaTypes.OciConfig}}","digest":"DIGEST","size":0}""", StringComparison.Ordinal)
        .Replace("DIGEST", Digest.Of("x"u8).ToString(), StringComparison.Ordinal));

    private Task<ImageArchive> OpenAsync(params System.Formats.Tar.TarEntry[] entries) => ImageArchive.OpenAsync(ImageFiles.WriteTar(_folder["a.tar"], entries), default);
}
