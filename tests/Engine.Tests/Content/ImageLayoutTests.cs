using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Distribution;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class ImageLayoutTests : IDisposable
{
    private readonly TempFolder _folder = new("layout");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FindImage_ByTagOrAlone_IsFound()
    {
        var (amd64, blobs) = ImageFiles.Image();
        var (arm64, more) = ImageFiles.Image("arm64");
        var layout = Write([ImageFiles.Tagged(amd64, "1.0"), ImageFiles.Tagged(arm64, "2.0")], blobs.Concat(more).DistinctBy(b => b.Key).ToDictionary());
        Assert.Equal(arm64.Digest, (await layout.FindImageAsync("2.0", default)).Digest);
        var error = await Assert.ThrowsAsync<ContentException>(() => layout.FindImageAsync(null, default));
        Assert.Contains("1.0, 2.0", error.Message);
        error = await Assert.ThrowsAsync<ContentException>(() => layout.FindImageAsync("3.0", default));
        Assert.Contains("1.0, 2.0", error.Message);

        var image = await ImageResolution.ResolveAsync(layout, await layout.FindImageAsync("1.0", default), Platform.LinuxAmd64, default);
        Assert.Equal(ImageFiles.LayerBytes, await RegistryBed.ReadAsync(await image.Source.FindAsync(image.Document.Layers[0].Digest, default)));
        Assert.Equal(ImageFiles.LayerBytes.Length, await layout.FindSizeAsync(image.Document.Layers[0].Digest, default));
    }

    [Fact]
    public async Task FindImage_OneUnderTwoTagsBesideItsAttestation_NeedsNoTag()
    {
        var (manifest, blobs) = ImageFiles.Image();
        var attestation = Descriptor.Of(MediaTypes.OciManifest, "x"u8) with { Annotations = new Dictionary<string, string> { [AnnotationKeys.ReferenceType] = "attestation-manifest" } };
        var layout = Write([ImageFiles.Tagged(manifest, "1.0"), ImageFiles.Tagged(manifest, "latest"), attestation], blobs);
        Assert.Equal(manifest.Digest, (await layout.FindImageAsync(null, default)).Digest);
    }

    [Fact]
    public async Task FindImage_ByContainerdsName_IsFound()
    {
        var (manifest, blobs) = ImageFiles.Image();
        var layout = Write([manifest with { Annotations = new Dictionary<string, string> { [AnnotationKeys.ContainerdImageName] = "docker.io/library/app:1.0" } }], blobs);
        Assert.Equal(manifest.Digest, (await layout.FindImageAsync("docker.io/library/app:1.0", default)).Digest);
    }

    [Fact]
    public async Task Find_BlobThatIsALink_IsNotThere()
    {
        var (manifest, blobs) = ImageFiles.Image();
        var layout = Write([manifest], blobs);
        var secret = _folder.Write("secret", "host file");
        var digest = Digest.Of("host file"u8);
        File.CreateSymbolicLink(_folder[$"layout/blobs/sha256/{digest.Hex}"], secret);
        Assert.Null(await layout.FindAsync(digest, default));
        Assert.Null(await layout.FindSizeAsync(digest, default));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[null,null]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"manifests":[]}""")]
    public async Task FindImage_NoIndexOrAHostileOne_IsAnErrorOfOurs(string? index)
    {
        Directory.CreateDirectory(_folder["layout"]);
        if (index is not null) _folder.Write("layout/index.json", index);
        Assert.IsAssignableFrom<BuildException>(await Record.ExceptionAsync(() => new ImageLayout(_folder["layout"]).FindImageAsync(null, default)));
    }

    [Fact]
    public async Task FindImage_HugeIndex_IsNotRead()
    {
        _folder.Write("layout/index.json", "");
        using (var file = File.OpenWrite(_folder["layout/index.json"])) file.SetLength(1L << 33);
        var error = await Assert.ThrowsAsync<ContentException>(() => new ImageLayout(_folder["layout"]).FindImageAsync(null, default));
        Assert.Equal("MBK1204", error.Code);
    }

    private ImageLayout Write(IReadOnlyList<Descriptor> manifests, Dictionary<Digest, byte[]> blobs)
    {
        _folder.Write("layout/index.json", "");
        File.WriteAllBytes(_folder["layout/index.json"], OciJson.Write(new ImageIndex { Manifests = manifests }));
        Directory.CreateDirectory(_folder["layout/blobs/sha256"]);
        foreach (var (digest, bytes) in blobs) File.WriteAllBytes(_folder[$"layout/blobs/{digest.Algorithm}/{digest.Hex}"], bytes);
        return new ImageLayout(_folder["layout"]);
    }
}
