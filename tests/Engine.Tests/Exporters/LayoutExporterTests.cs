using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Content;

namespace MsBuildKit.Engine.Tests.Exporters;

public sealed class LayoutExporterTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task Export_Image_IsReadBackUnderEachOfItsNames()
    {
        var image = await _bench.ImageAsync("a", "{}");
        await _bench.ExportAsync(image);
        var layout = new ImageLayout(_bench.Output);
        foreach (var tag in new[] { null, "1.0", "latest", "docker.io/team/shop:1.0" })
            Assert.Equal(image.Root.Digest, (await layout.FindImageAsync(tag, default)).Digest);
        var resolved = await ImageResolution.ResolveAsync(layout, image.Root, Platform.LinuxAmd64, default);
        Assert.Equal(image.Manifests[0].Descriptor.Digest, resolved.Manifest.Digest);
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", File.ReadAllText(Path.Combine(_bench.Output, "oci-layout")));
    }

    [Fact]
    public async Task Export_Unchanged_TouchesNothing()
    {
        var image = await _bench.ImageAsync("a");
        Assert.NotEmpty(await _bench.ExportAsync(image));
        var old = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        foreach (var file in Files()) File.SetLastWriteTimeUtc(file, old);
        Assert.Empty(await _bench.ExportAsync(image));
        Assert.All(Files(), f => Assert.Equal(old, File.GetLastWriteTimeUtc(f)));
    }

    [Fact]
    public async Task Export_NextImage_SweepsTheBlobsOfTheLast()
    {
        await _bench.ExportAsync(await _bench.ImageAsync("a", "{\"old\":1}"));
        var next = await _bench.ImageAsync("b");
        await _bench.ExportAsync(next);
        var wanted = next.Documents().Concat(next.Manifests[0].Layers.Select(l => l.Blob)).Select(b => b.Digest.Hex).Distinct().Order();
        Assert.Equal(wanted, Files().Where(f => f.Contains("/blobs/")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Export_CutBlob_IsWrittenAgain()
    {
        var image = await _bench.ImageAsync("a");
        await _bench.ExportAsync(image);
        var blob = Path.Combine(_bench.Output, "blobs", "sha256", image.Root.Digest.Hex);
        File.WriteAllText(blob, "");
        await _bench.ExportAsync(image);
        Assert.Equal(image.Root.Size, new FileInfo(blob).Length);
    }

    [Fact]
    public async Task Export_BlobThatTheStoreHasDamaged_IsNeverShippedAndTheOldImageStays()
    {
        var old = await _bench.ImageAsync("a");
        await _bench.ExportAsync(old);
        var next = await _bench.ImageAsync("b");
        var damaged = _bench.Store.PathOf(next.Manifests[0].Layers[0].Blob.Digest);
        TestStore.Damage(damaged);
        Assert.Equal("MBK1208", (await Assert.ThrowsAsync<ContentException>(() => _bench.ExportAsync(next))).Code);
        Assert.False(File.Exists(damaged));
        Assert.DoesNotContain(Files(), f => f.EndsWith(".new", StringComparison.Ordinal) || Path.GetFileName(f) == Path.GetFileName(damaged));
        Assert.Equal(old.Root.Digest, (await new ImageLayout(_bench.Output).FindImageAsync("1.0", default)).Digest);
        await _bench.ExportAsync(await _bench.ImageAsync("b"));
        Assert.Equal(next.Root.Digest, (await new ImageLayout(_bench.Output).FindImageAsync("1.0", default)).Digest);
    }

    [Fact]
    public async Task Export_WhatOthersKeepThere_IsTheirs()
    {
        var mine = _bench.Folder.Write("out/blobs/precious/notes.txt", "x");
        var alsoMine = _bench.Folder.Write("out/blobs/sha256/notes.txt", "x");
        var outside = _bench.Folder.Write("elsewhere/" + new string('0', 64), "x");
        Directory.CreateSymbolicLink(Path.Combine(_bench.Output, "blobs", "sha512"), _bench.Folder["elsewhere"]);
        Directory.CreateSymbolicLink(Path.Combine(_bench.Output, "blobs", "link"), _bench.Folder["elsewhere"]);
        await _bench.ExportAsync(await _bench.ImageAsync("a"));
        Assert.True(File.Exists(mine) && File.Exists(alsoMine) && File.Exists(outside));
    }

    [Fact]
    public async Task Export_HalfWrittenBlobOfADeadProcess_IsSwept()
    {
        var left = _bench.Folder.Write($"out/blobs/sha256/{new string('0', 64)}.new", "half");
        await _bench.ExportAsync(await _bench.ImageAsync("a"));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task Export_BesideAReader_ShowsTheOldImageOrTheNew()
    {
        var images = new List<AssembledImage>();
        for (var i = 0; i < 20; i++) images.Add(await _bench.ImageAsync($"v{i}"));
        await _bench.ExportAsync(images[0]);
        using var stop = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            var known = images.Select(i => i.Root.Digest).ToHashSet();
            for (var reads = 0; ; reads++)
            {
                Assert.Contains((await new ImageLayout(_bench.Output).FindImageAsync("1.0", default)).Digest, known);
                if (stop.IsCancellationRequested) return reads;
            }
        });
        foreach (var image in images) await _bench.ExportAsync(image);
        await stop.CancelAsync();
        await reading;
    }

    [Fact]
    public async Task Export_Cancelled_KeepsTheOldImageWhole()
    {
        var old = await _bench.ImageAsync("a");
        await _bench.ExportAsync(old);
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var next = await _bench.ImageAsync("b");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new LayoutExporter(_bench.Store, _bench.Layers).ExportAsync(next, ExportBench.Names, _bench.Output, _ => false, cancel.Token));
        var layout = new ImageLayout(_bench.Output);
        Assert.Equal(old.Root.Digest, (await layout.FindImageAsync("1.0", default)).Digest);
        await ImageResolution.ResolveAsync(layout, old.Root, Platform.LinuxAmd64, default);
        Assert.DoesNotContain(Files(), f => f.EndsWith(".new", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Export_LayersThatAreElsewhere_AreLeftOut()
    {
        var image = await _bench.ImageAsync("a");
        var written = await new LayoutExporter(_bench.Store, _bench.Layers).ExportAsync(image, ExportBench.Names, _bench.Output, _ => true, default);
        Assert.DoesNotContain(image.Manifests[0].Layers[0].Blob.Digest, written);
        Assert.Contains(image.Root.Digest, written);
    }

    [Fact]
    public async Task Export_WhereAFileStands_SaysWhereTo()
    {
        _bench.Folder.Write("out", "a file");
        var image = await _bench.ImageAsync("a");
        var error = await Assert.ThrowsAsync<ExportException>(() => _bench.ExportAsync(image));
        Assert.Equal("MBK2202", error.Code);
        Assert.Contains("ContainerOutputDirectory", error.Message);
    }

    private string[] Files() => Directory.GetFiles(_bench.Output, "*", SearchOption.AllDirectories);
}
