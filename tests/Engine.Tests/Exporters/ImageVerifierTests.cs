using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Exporters;

public sealed class ImageVerifierTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;

    public ImageVerifierTests() => _store = new LocalContentStore(_folder["store"]);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Verify_WholeLayout_IsClean()
    {
        await new SampleImage(_store).WriteLayoutAsync(_folder["layout"]);
        var found = await VerifyAsync(_folder["layout"]);
        Assert.Empty(found.Faults);
        // An index, a manifest, a configuration, a manifest of statements; two layers, two statements, the empty configuration.
        Assert.Equal((1, 9), (found.Images, found.Blobs));
        Assert.Equal(Directory.GetFiles(_folder["layout/blobs/sha256"]).Sum(f => new FileInfo(f).Length), found.Bytes);
    }

    [Fact]
    public async Task Verify_WholeDockerArchive_IsClean()
    {
        await new SampleImage(_store).WriteDockerArchiveAsync(_folder["app.tar"]);
        Assert.Equal(1, (await VerifyAsync(_folder["app.tar"])).Images);
        Assert.Empty((await VerifyAsync(_folder["app.tar"])).Faults);
    }

    [Fact]
    public async Task Verify_AnyBlobMissing_IsFound()
    {
        await new SampleImage(_store).WriteLayoutAsync(_folder["layout"]);
        foreach (var file in Directory.GetFiles(_folder["layout/blobs/sha256"]))
        {
            File.Move(file, _folder["away"]);
            Assert.Contains((await VerifyAsync(_folder["layout"])).Faults, f => f.Problem.Contains($"'sha256:{Path.GetFileName(file)}' is not there"));
            File.Move(_folder["away"], file);
        }
    }

    [Fact]
    public async Task Verify_AnyByteChanged_IsFound()
    {
        await new SampleImage(_store).WriteLayoutAsync(_folder["layout"]);
        foreach (var file in Directory.GetFiles(_folder["layout/blobs/sha256"]))
        {
            var bytes = File.ReadAllBytes(file);
            var damaged = bytes.ToArray();
            damaged[^1] ^= 1;
            File.WriteAllBytes(file, damaged);
            Assert.NotEmpty((await VerifyAsync(_folder["layout"])).Faults);
            File.WriteAllBytes(file, [.. bytes, 0]);
            Assert.NotEmpty((await VerifyAsync(_folder["layout"])).Faults);
            File.WriteAllBytes(file, bytes);
        }
        Assert.Empty((await VerifyAsync(_folder["layout"])).Faults);
    }

    [Fact]
    public async Task Verify_LayerThatUnpacksToSomethingElse_IsFound()
    {
        var image = await new SampleImage(_store).AssembleAsync();
        var manifest = image.Manifests[0];
        var config = ImageConfig.Parse(manifest.ConfigJson);
        var other = await PutAsync(MediaTypes.OciConfig, OciJson.Write(config with { RootFs = new RootFs { DiffIds = [.. config.RootFs.DiffIds.Reverse()] } }));
        var fault = (await VerifyAsync(ImageManifest.Parse(manifest.ManifestJson) with { Config = other })).Faults[0];
        Assert.Contains("layer 1", fault.Where);
        Assert.Contains("is not what the configuration promises", fault.Problem);
    }

    [Fact]
    public async Task Verify_LayersAndConfigurationDisagree_IsFound()
    {
        var image = await new SampleImage(_store).AssembleAsync();
        var manifest = ImageManifest.Parse(image.Manifests[0].ManifestJson);
        var fault = Assert.Single((await VerifyAsync(manifest with { Layers = [manifest.Layers[0]] })).Faults);
        Assert.Equal("it has 1 layers, but its configuration tells of 2", fault.Problem);
    }

    [Fact]
    public async Task Verify_UnknownLayerType_IsFound()
    {
        var image = await new SampleImage(_store).AssembleAsync();
        var manifest = ImageManifest.Parse(image.Manifests[0].ManifestJson);
        var fault = Assert.Single((await VerifyAsync(manifest with { Layers = [manifest.Layers[0] with { MediaType = "text/plain" }, manifest.Layers[1]] })).Faults);
        Assert.Contains("'text/plain' is not that of a layer", fault.Problem);
    }

    [Fact]
    public async Task Verify_WrongPlatformInTheIndex_IsFound()
    {
        var image = await new SampleImage(_store).AssembleAsync();
        var index = new ImageIndex { Manifests = [image.Manifests[0].Descriptor with { Platform = Platform.LinuxArm64 }] };
        var fault = Assert.Single((await new ImageVerifier(_store, 2).VerifyAsync(index, default)).Faults);
        Assert.Equal("it is offered for 'linux/arm64', but its configuration is for 'linux/amd64'", fault.Problem);
    }

    [Fact]
    public async Task Verify_IndexThatContainsTooManyIndexes_IsFound()
    {
        var index = new ImageIndex { Manifests = [] };
        for (var depth = 0; depth < 5; depth++) index = new ImageIndex { Manifests = [await PutAsync(MediaTypes.OciIndex, OciJson.Write(index))] };
        Assert.Contains("nested too deep", Assert.Single((await new ImageVerifier(_store, 2).VerifyAsync(index, default)).Faults).Problem);
    }

    private async Task<ImageVerification> VerifyAsync(ImageManifest manifest) =>
        await new ImageVerifier(_store, 2).VerifyAsync(new ImageIndex { Manifests = [await PutAsync(MediaTypes.OciManifest, OciJson.Write(manifest))] }, default);

    private static async Task<ImageVerification> VerifyAsync(string path)
    {
        var images = await LocalImages.OpenAsync(path, default);
        return await new ImageVerifier(images.Source, 2).VerifyAsync(images.Index, default);
    }

    private async Task<Descriptor> PutAsync(string mediaType, byte[] bytes)
    {
        await using var ingest = _store.BeginIngest();
        await ingest.WriteAsync(bytes, default);
        await ingest.CommitAsync(null, null, default);
        return Descriptor.Of(mediaType, bytes);
    }
}
