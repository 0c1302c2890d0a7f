using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Distribution;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class ImageArchiveTests : IDisposable
{
    private static readonly Digest s_layer = Digest.Of(ImageFiles.LayerBytes);
    private static readonly byte[] s_dockerConfig = ImageFiles.Utf8($$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{{s_layer}}}"]}}""");

    private readonly TempFolder _folder = new("archive");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("./")]
    public async Task Open_OciArchive_IsReadInPlace(string prefix)
    {
        var (manifest, blobs) = ImageFiles.Image();
        var index = OciJson.Write(new ImageIndex { Manifests = [ImageFiles.Tagged(manifest, "1.0")] });
        var entries = ImageFiles.Layout(index, blobs).Select(e => ImageFiles.File(prefix + e.Name, ((MemoryStream)e.DataStream!).ToArray()));
        var archive = await OpenAsync(entries);

        Assert.Equal(manifest.Digest, archive.FindImage("1.0").Digest);
        Assert.Equal(manifest.Digest, archive.FindImage(null).Digest);
        var image = await ImageResolution.ResolveAsync(archive, archive.FindImage("1.0"), Platform.LinuxAmd64, default);
        Assert.Equal(ImageFiles.LayerBytes, await RegistryBed.ReadAsync(await image.Source.FindAsync(s_layer, default)));
        Assert.Equal(ImageFiles.LayerBytes.Length, await image.Source.FindSizeAsync(s_layer, default));
        Assert.Null(await archive.FindAsync(Digest.Of("x"u8), default));
    }

    [Fact]
    public async Task Open_DockerArchive_IsAnImageOfPlainLayers()
    {
        var archive = await OpenAsync(Docker("""[{"Config":"c.json","RepoTags":["app:1.0","app:latest"],"Layers":["l/layer.tar"]}]"""));
        foreach (var tag in new[] { null, "1.0", "app:latest" })
        {
            var image = await ImageResolution.ResolveAsync(archive, archive.FindImage(tag), Platform.LinuxAmd64, default);
            Assert.Equal(new Descriptor { MediaType = MediaTypes.DockerLayer, Digest = s_layer, Size = ImageFiles.LayerBytes.Length }, Assert.Single(image.Document.Layers));
            Assert.Equal(ImageFiles.LayerBytes, await RegistryBed.ReadAsync(await image.Source.FindAsync(s_layer, default)));
        }
        Assert.Equal("MBK1202", Assert.Throws<ContentException>(() => archive.FindImage("2.0")).Code);
    }

    [Theory]
    [InlineData("../l/layer.tar", TarEntryType.SymbolicLink)]
    [InlineData("./../other/../l/layer.tar", TarEntryType.SymbolicLink)]
    [InlineData("l/layer.tar", TarEntryType.HardLink)]
    public async Task Open_DockerArchiveWithALinkedLayer_FindsIt(string target, TarEntryType type)
    {
        var entries = Docker("""[{"Config":"c.json","Layers":["again/layer.tar"]}]""").Append(ImageFiles.Link("again/layer.tar", target, type));
        var archive = await OpenAsync(entries);
        archive.FindImage(null);
        Assert.Equal(ImageFiles.LayerBytes, await RegistryBed.ReadAsync(await archive.FindAsync(s_layer, default)));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../../../../../etc/passwd")]
    [InlineData("again/layer.tar")]
    [InlineData("nowhere")]
    public async Task Open_LayerLinkedOutOfTheArchive_IsMissing(string target)
    {
        var archive = await OpenAsync(Docker("""[{"Config":"c.json","Layers":["again/layer.tar"]}]""").Append(ImageFiles.Link("again/layer.tar", target)));
        AssertUnreadable(() => archive.FindImage(null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("[1]")]
    [InlineData("""[{}]""")]
    [InlineData("""[{"Config":null,"Layers":[]}]""")]
    [InlineData("""[{"Config":7,"Layers":[]}]""")]
    [InlineData("""[{"Config":"../../etc/passwd","Layers":["l/layer.tar"]}]""")]
    [InlineData("""[{"Config":"/etc/passwd","Layers":["l/layer.tar"]}]""")]
    [InlineData("""[{"Config":"c.json","Layers":null}]""")]
    [InlineData("""[{"Config":"c.json","Layers":[null]}]""")]
    [InlineData("""[{"Config":"c.json","Layers":["/etc/hostname"]}]""")]
    [InlineData("""[{"Config":"c.json","Layers":["l/layer.tar","l/layer.tar"]}]""")]
    [InlineData("""[{"Config":"l/layer.tar","Layers":["l/layer.tar"]}]""")]
    public async Task FindImage_HostileDockerManifest_IsAnErrorOfOurs(string manifest)
    {
        var archive = await OpenAsync(Docker(manifest));
        Assert.IsAssignableFrom<BuildException>(Record.Exception(() => archive.FindImage(null)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"schemaVersion":2,"manifests":[null]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":null}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[{"mediaType":"x","size":1,"digest":"sha256:../../x"}]}""")]
    public async Task FindImage_HostileIndex_IsAnErrorOfOurs(string index)
    {
        var archive = await OpenAsync([ImageFiles.File("index.json", ImageFiles.Utf8(index))]);
        Assert.IsAssignableFrom<BuildException>(Record.Exception(() => archive.FindImage(null)));
    }

    [Fact]
    public async Task Open_Neither_SaysWhatIsMissing()
    {
        var archive = await OpenAsync([ImageFiles.File("README", [])]);
        AssertUnreadable(() => archive.FindImage(null), "neither index.json nor manifest.json");
    }

    [Fact]
    public async Task Open_Compressed_SaysWhatToDo()
    {
        var plain = ImageFiles.WriteTar(_folder["plain.tar"], Docker("[]"));
        using (var gzip = new GZipStream(File.Create(_folder["a.tar"]), CompressionLevel.Fastest)) gzip.Write(File.ReadAllBytes(plain));
        var error = await Assert.ThrowsAsync<ContentException>(() => ImageArchive.OpenAsync(_folder["a.tar"], default));
        Assert.Equal("MBK1204", error.Code);
        Assert.Contains("decompress it", error.Message);
    }

    [Fact]
    public async Task Open_CutOffAnywhere_IsAnErrorOrLacksWhatIsGone()
    {
        var (manifest, blobs) = ImageFiles.Image();
        var whole = File.ReadAllBytes(ImageFiles.WriteTar(_folder["whole.tar"], ImageFiles.Layout(OciJson.Write(new ImageIndex { Manifests = [manifest] }), blobs)));
        var last = 1024 + 512;
        for (var length = 0; length < whole.Length - last; length += 97)
        {
            File.WriteAllBytes(_folder["cut.tar"], whole[..length]);
            var error = await Record.ExceptionAsync(async () =>
            {
                var archive = await ImageArchive.OpenAsync(_folder["cut.tar"], default);
                await ImageResolution.ResolveAsync(archive, archive.FindImage(null), Platform.LinuxAmd64, default);
            });
            Assert.True(error is BuildException, $"{length} of {whole.Length}: {error}");
        }
    }

    [Fact]
    public async Task Open_HeaderThatClaimsAGigabyte_IsRefusedWithoutReadingIt()
    {
        using (var file = File.Create(_folder["a.tar"]))
        {
            file.Write(Header("x", size: 1 << 30, type: 'x'));
            file.SetLength((1L << 30) + 4096);
        }
        var error = await Assert.ThrowsAsync<ContentException>(() => ImageArchive.OpenAsync(_folder["a.tar"], default));
        Assert.Equal("MBK1204", error.Code);
    }

    [Fact]
    public async Task Open_EntriesWithoutEnd_AreCounted()
    {
        var header = Header("d/", size: 0, type: '5');
        using (var file = File.Create(_folder["a.tar"]))
            for (var i = 0; i <= 100_000; i++) file.Write(header);
        var error = await Assert.ThrowsAsync<ContentException>(() => ImageArchive.OpenAsync(_folder["a.tar"], default));
        Assert.Contains("more than 100000 entries", error.Message);
    }

    [Fact]
    public async Task Open_NotThere_SaysWhich() =>
        Assert.Equal("MBK1202", (await Assert.ThrowsAsync<ContentException>(() => ImageArchive.OpenAsync(_folder["none.tar"], default))).Code);

    private static IEnumerable<TarEntry> Docker(string manifest) =>
        [ImageFiles.File("manifest.json", ImageFiles.Utf8(manifest)), ImageFiles.File("c.json", s_dockerConfig), ImageFiles.File("l/layer.tar", ImageFiles.LayerBytes)];

    private Task<ImageArchive> OpenAsync(IEnumerable<TarEntry> entries) => ImageArchive.OpenAsync(ImageFiles.WriteTar(_folder["a.tar"], entries), default);

    private static void AssertUnreadable(Action action, string part = "")
    {
        var error = Assert.Throws<ContentException>(action);
        Assert.Equal("MBK1204", error.Code);
        Assert.Contains(part, error.Message);
    }

    private static byte[] Header(string name, long size, char type)
    {
        var header = new byte[512];
        Encoding.ASCII.GetBytes(name, header);
        Encoding.ASCII.GetBytes("0000644\00000000\00000000\0" + Convert.ToString(size, 8).PadLeft(11, '0') + "\0" + "00000000000\0        ", header.AsSpan(100));
        header[156] = (byte)type;
        Encoding.ASCII.GetBytes("ustar\000", header.AsSpan(257));
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 ", header.AsSpan(148));
        return header;
    }
}
