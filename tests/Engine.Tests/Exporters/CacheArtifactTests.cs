using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Exporters;

public sealed class CacheArtifactTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private LocalContentStore _store = null!;

    public ValueTask InitializeAsync()
    {
        _store = new LocalContentStore(_folder["store"]);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Read_WhatWasWritten_IsTheSame()
    {
        var ground = Digest.Of("ground"u8).ToString();
        CacheArtifactEntry[] caches = [Entry("a"), Entry("a", ground), Entry("ü /b", "", 0), Entry("ü /b", ground, 7)];
        var image = await CacheArtifact.WriteAsync(caches, _store, default);
        Assert.Equal(image.Root, (await CacheArtifact.WriteAsync(caches, _store, default)).Root);
        var read = await CacheArtifact.ReadAsync(_store, image.Root, default);
        Assert.Equal(caches.Select(c => (c.Id, c.Ground, c.Number, c.Layer.DiffId, c.Layer.Blob)), read.Select(c => (c.Id, c.Ground, c.Number, c.Layer.DiffId, c.Layer.Blob)));
    }

    [Theory]
    [InlineData("no artifact", "it is an image")]
    [InlineData("of another kind", "it is a 'application/x'")]
    [InlineData("an index", "it is a 'application/vnd.oci.image.index.v1+json'")]
    [InlineData("no DiffID", "1 layers, but its configuration tells of 0")]
    [InlineData("no name", "names no cache")]
    [InlineData("an empty name", "names no cache")]
    [InlineData("a long name", "names no cache")]
    [InlineData("no digest", "began as nothing")]
    [InlineData("no number", "has no number")]
    [InlineData("a large number", "has no number")]
    [InlineData("less than nothing", "-1 bytes")]
    [InlineData("twice", "of one cache")]
    public async Task Read_WhatNobodyWrote_IsRefused(string what, string why)
    {
        var layer = Layer("x");
        var annotations = new Dictionary<string, string> { ["vnd.msbuildkit.cache-mount.id"] = what switch { "an empty name" => "", "a long name" => new string('x', 1025), _ => "x" } };
        if (what == "no name") annotations.Clear();
        if (what == "no digest") annotations["vnd.msbuildkit.cache-mount.ground"] = "x";
        if (what == "no number") annotations["vnd.msbuildkit.cache-mount.private"] = "-1";
        if (what == "a large number") annotations["vnd.msbuildkit.cache-mount.private"] = "1000";
        var blob = layer.Blob with { Annotations = annotations, Size = what == "less than nothing" ? -1 : layer.Blob.Size };
        Descriptor[] blobs = what == "twice" ? [blob, blob] : [blob];
        var diffIds = what == "no DiffID" ? "" : string.Join(',', blobs.Select(_ => $"\"{layer.DiffId}\""));
        var layout = _folder["layout"];
        var config = HostileImage.Put(layout, MediaTypes.OciConfig, Encoding.UTF8.GetBytes($$$"""{"os":"linux","architecture":"unknown","rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}}"""));
        var type = what switch { "no artifact" => null, "of another kind" => "application/x", _ => CacheArtifact.ArtifactType };
        var manifest = HostileImage.Put(layout, MediaTypes.OciManifest, OciJson.Write(new ImageManifest { ArtifactType = type, Config = config, Layers = blobs }));
        if (what == "an index") manifest = HostileImage.Put(layout, MediaTypes.OciIndex, OciJson.Write(new ImageIndex { Manifests = [manifest] }));
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => CacheArtifact.ReadAsync(new ImageLayout(layout), manifest, default));
        Assert.Equal("MBK2206", error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private static CacheArtifactEntry Entry(string id, string ground = "", int? number = null) => new(id, ground, number, Layer($"{id} {ground} {number}"));

    private static Layer Layer(string content)
    {
        var tar = new RawTar().File("x", content).ToArray();
        return new Layer { DiffId = Digest.Of(tar), Blob = Descriptor.Of(MediaTypes.OciLayer, tar), CreatedBy = "test" };
    }
}
