using System.Security.Cryptography;
using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Content;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Exporters;

public sealed class ArchiveExporterTests : IAsyncDisposable
{
    private readonly ExportBench _bench = new();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Export_SameImage_GivesTheSameBytes(bool docker)
    {
        var image = await _bench.ImageAsync("a");
        await ExportAsync(image, "one.tar", docker);
        await using var other = new ExportBench();
        await new ArchiveExporter(other.Store, other.Layers, 1_700_000_000).ExportAsync(await other.ImageAsync("a"), ExportBench.Names, _bench.Folder["two.tar"], docker, default);
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(_bench.Folder["one.tar"])), SHA256.HashData(File.ReadAllBytes(_bench.Folder["two.tar"])));
    }

    [Fact]
    public async Task Export_OciArchive_IsReadBack()
    {
        var image = await _bench.ImageAsync("a", "{}");
        await ExportAsync(image, "sub/a.tar", docker: false);
        var archive = await ImageArchive.OpenAsync(_bench.Folder["sub/a.tar"], default);
        Assert.Equal(image.Root.Digest, archive.FindImage("1.0").Digest);
        Assert.Single((await ImageResolution.ResolveAsync(archive, image.Root, Platform.LinuxAmd64, default)).Document.Layers);
    }

    [Fact]
    public async Task Export_DockerArchive_HasWhatLoadReads()
    {
        var image = await _bench.ImageAsync("a");
        await ExportAsync(image, "a.tar", docker: true);
        var text = (await Command.RunAsync("tar", ["-xOf", _bench.Folder["a.tar"], "manifest.json"])).Succeeded().Output;
        var entry = JsonDocument.Parse(text).RootElement[0];
        Assert.Equal($"blobs/sha256/{image.Manifests[0].Config.Digest.Hex}", entry.GetProperty("Config").GetString());
        Assert.Equal(["team/shop:1.0", "r.example/team/shop:latest"], entry.GetProperty("RepoTags").EnumerateArray().Select(t => t.GetString()));
        Assert.Equal([$"blobs/sha256/{image.Manifests[0].Layers[0].Blob.Digest.Hex}"], entry.GetProperty("Layers").EnumerateArray().Select(t => t.GetString()));
    }

    [Fact]
    public async Task Export_Archive_HasFixedOwnersTimesAndOrder()
    {
        await ExportAsync(await _bench.ImageAsync("a", "{}"), "a.tar", docker: true);
        var list = (await Command.RunAsync("tar", ["-tv", "--numeric-owner", "--utc", "-f", _bench.Folder["a.tar"]])).Succeeded().Output;
        var lines = list.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, l => Assert.Matches("^(-rw-r--r--|drwxr-xr-x) 0/0 ", l));
        Assert.All(lines, l => Assert.Contains("2023-11-14 22:13", l));
        var names = lines.Select(l => l[(l.LastIndexOf(' ') + 1)..]).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task Export_SeveralPlatforms_HaveNoPlaceInADockerArchive()
    {
        var options = ExportBench.Options();
        var assembler = new ImageAssembler(_bench.Store, options);
        var image = await assembler.CompleteAsync(
            [(await _bench.AssembleAsync(options, Platform.LinuxAmd64, ExportBench.Config(), "a"), []), (await _bench.AssembleAsync(options, Platform.LinuxArm64, ExportBench.Config() with { Architecture = "arm64" }, "b"), [])], default);
        Assert.Equal("MBK2201", (await Assert.ThrowsAsync<ExportException>(() => ExportAsync(image, "a.tar", docker: true))).Code);
        Assert.Empty(Directory.GetFiles(_bench.Folder.Path));
        await ExportAsync(image, "a.tar", docker: false);
    }

    [Fact]
    public async Task Export_Cancelled_KeepsTheOldArchive()
    {
        _bench.Folder.Write("a.tar", "old");
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        var image = await _bench.ImageAsync("a");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Exporter().ExportAsync(image, ExportBench.Names, _bench.Folder["a.tar"], false, cancel.Token));
        Assert.Equal("old", File.ReadAllText(_bench.Folder["a.tar"]));
        Assert.False(File.Exists(_bench.Folder["a.tar.new"]));
    }

    [Fact]
    public async Task Export_BlobThatTheStoreHasDamaged_IsNeverShippedAndTheOldArchiveStays()
    {
        _bench.Folder.Write("a.tar", "old");
        var image = await _bench.ImageAsync("a");
        TestStore.Damage(_bench.Store.PathOf(image.Manifests[0].Layers[0].Blob.Digest));
        Assert.Equal("MBK1208", (await Assert.ThrowsAsync<ContentException>(() => ExportAsync(image, "a.tar", docker: false))).Code);
        Assert.Equal("old", File.ReadAllText(_bench.Folder["a.tar"]));
        Assert.False(File.Exists(_bench.Folder["a.tar.new"]));
    }

    [Fact]
    public async Task Export_WhereAFolderStands_SaysWhereTo()
    {
        Directory.CreateDirectory(_bench.Folder["a.tar/x"]);
        var image = await _bench.ImageAsync("a");
        var error = await Assert.ThrowsAsync<ExportException>(() => ExportAsync(image, "a.tar", docker: false));
        Assert.Equal("MBK2202", error.Code);
        Assert.False(File.Exists(_bench.Folder["a.tar.new"]));
    }

    private ArchiveExporter Exporter() => new(_bench.Store, _bench.Layers, 1_700_000_000);

    private Task ExportAsync(AssembledImage image, string path, bool docker) => Exporter().ExportAsync(image, ExportBench.Names, _bench.Folder[path], docker, default);
}
