using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Tests.Exporters;

public sealed class ImageAssemblerTests : IAsyncDisposable
{
    private static readonly HistoryEntry s_layer = new() { CreatedBy = "base" }, s_empty = new() { CreatedBy = "ENV", EmptyLayer = true };
    private readonly ExportBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Assemble_Layers_AreDiffIdsAndHistoryInOrder()
    {
        var manifest = await _bench.AssembleAsync(ExportBench.Options(), Platform.LinuxAmd64, ExportBench.Config(), "a", "b");
        var config = ImageConfig.Parse(manifest.ConfigJson);
        Assert.Equal(manifest.Layers.Select(l => l.DiffId), config.RootFs.DiffIds);
        Assert.Equal(["test", "test"], config.History!.Select(h => h.CreatedBy));
        Assert.Equal("2023-11-14T22:13:20Z", config.Created);
        Assert.All(config.History!, h => Assert.Equal(config.Created, h.Created));
    }

    [Theory]
    [InlineData("", "test test test")]
    [InlineData("e", "ENV test test test")]
    [InlineData("l", "base test test")]
    [InlineData("lel", "base ENV base test")]
    [InlineData("lle", "base base ENV test")]
    [InlineData("lll", "test test test")]
    [InlineData("llllll", "test test test")]
    public async Task Assemble_BaseHistory_IsExtendedSoThatEveryLayerHasOneEntry(string history, string expected)
    {
        // A base of two layers, and one of ours on top.
        var config = ExportBench.Config([.. history.Select(h => h == 'l' ? s_layer : s_empty)]) with { RootFs = new RootFs { DiffIds = [Digest.Of("1"u8), Digest.Of("2"u8)] } };
        var manifest = await _bench.AssembleAsync(ExportBench.Options(), Platform.LinuxAmd64, config, "a", "b", "c");
        var written = ImageConfig.Parse(manifest.ConfigJson).History!;
        Assert.Equal(expected, string.Join(' ', written.Select(h => h.CreatedBy)));
        Assert.Equal(3, written.Count(h => !h.EmptyLayer));
    }

    [Fact]
    public async Task Assemble_Annotations_StandInManifestAndIndexOfOciOnly()
    {
        var options = ExportBench.Options(false, ("b", "2"), ("a", "1;:%="));
        var manifest = await _bench.AssembleAsync(options, Platform.LinuxAmd64, ExportBench.Config(), "a");
        Assert.Equal("1;:%=", ImageManifest.Parse(manifest.ManifestJson).Annotations!["a"]);
        var image = await new ImageAssembler(_bench.Store, options).CompleteAsync([(manifest, [new Statement("t", "{}"u8.ToArray())])], default);
        Assert.Equal("2", (await IndexAsync(image)).Annotations!["b"]);
        var docker = await _bench.AssembleAsync(options with { Docker = true }, Platform.LinuxAmd64, ExportBench.Config(), "a");
        Assert.Null(ImageManifest.Parse(docker.ManifestJson).Annotations);
    }

    [Fact]
    public async Task Assemble_Docker_UsesDockersTypesOnly()
    {
        var manifest = ImageManifest.Parse((await _bench.AssembleAsync(ExportBench.Options(docker: true), Platform.LinuxAmd64, ExportBench.Config(), "a")).ManifestJson);
        Assert.Equal((MediaTypes.DockerManifest, MediaTypes.DockerConfig, MediaTypes.DockerLayerGzip), (manifest.MediaType, manifest.Config.MediaType, manifest.Layers[0].MediaType));
    }

    [Fact]
    public async Task Assemble_Docker_RefusesWhatItCannotHold()
    {
        var zstd = await LayerWriter.WriteAsync([TestImages.FileEntry("a", "a")], _bench.Store, new LayerOptions(Compression.Zstd), "", default);
        var assembler = new ImageAssembler(_bench.Store, ExportBench.Options(docker: true));
        var error = await Assert.ThrowsAsync<ExportException>(() => assembler.AssembleAsync(new PlatformImage(Platform.LinuxAmd64, ExportBench.Config(), new LayerChain([zstd])), default));
        Assert.Equal("MBK2201", error.Code);
        var manifest = await _bench.AssembleAsync(ExportBench.Options(docker: true), Platform.LinuxAmd64, ExportBench.Config(), "a");
        Assert.Equal("MBK2201", (await Assert.ThrowsAsync<ExportException>(() => assembler.CompleteAsync([(manifest, [new Statement("t", [])])], default))).Code);
    }

    [Fact]
    public async Task Complete_OnePlatformWithoutStatements_IsThePlainManifest()
    {
        var image = await _bench.ImageAsync("a");
        Assert.Equal(image.Manifests[0].Descriptor, image.Root);
        Assert.Empty(image.Attestations);
    }

    [Fact]
    public async Task Complete_Statements_AreOneManifestThatSpeaksOfItsSubject()
    {
        var image = await _bench.ImageAsync("a", """{"x":1}""");
        var index = await IndexAsync(image);
        var subject = image.Manifests[0].Descriptor.Digest;
        Assert.Equal([subject, image.Attestations[0].Descriptor.Digest], index.Manifests.Select(m => m.Digest));
        var entry = index.Manifests[1];
        Assert.Equal("unknown/unknown", entry.Platform!.ToString());
        Assert.Equal("attestation-manifest", entry.Annotations![AnnotationKeys.ReferenceType]);
        Assert.Equal(subject.ToString(), entry.Annotations[AnnotationKeys.ReferenceDigest]);
        var manifest = ImageManifest.Parse(File.ReadAllBytes(_bench.Store.PathOf(entry.Digest)));
        Assert.Equal(subject, manifest.Subject!.Digest);
        Assert.Equal("https://example.test/p", Assert.Single(manifest.Layers).Annotations![AnnotationKeys.PredicateType]);
        Assert.Null(index.FindPlatform(Platform.Unknown));
    }

    [Fact]
    public async Task Complete_Documents_ComeBeforeWhatRefersToThem()
    {
        var image = await _bench.ImageAsync("a", "{}");
        var order = image.Documents().Select(d => d.Digest).ToList();
        Assert.Equal(image.Root.Digest, order[^1]);
        Assert.True(order.IndexOf(image.Manifests[0].Config.Digest) < order.IndexOf(image.Manifests[0].Descriptor.Digest));
        Assert.True(order.IndexOf(image.Attestations[0].Blobs[^1].Digest) < order.IndexOf(image.Attestations[0].Descriptor.Digest));
        Assert.All(image.Documents(), d => Assert.Equal(d.Size, new FileInfo(_bench.Store.PathOf(d.Digest)).Length));
    }

    private async Task<ImageIndex> IndexAsync(AssembledImage image) => ImageIndex.Parse(await File.ReadAllBytesAsync(_bench.Store.PathOf(image.Root.Digest)));
}
