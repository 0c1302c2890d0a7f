using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Integration.Tests.Images;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Registry;

/// <summary>What goes to a real registry is there, once, and others read it.</summary>
public sealed class PushTests : IAsyncLifetime
{
    private readonly ImageBuild _build = new();
    private readonly TempFolder _work = new("judges");
    private DockerRegistry _registry = null!;

    public async ValueTask InitializeAsync() => _registry = await DockerRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await RegistryEnd.StopAsync(_registry);
        _build.Dispose();
        _work.Dispose();
    }

    private BuildRequest Request => _build.Request with { Registry = _registry.Host, Outputs = [new RegistryOutput(_registry.Host)] };

    private string Name => $"{_registry.Host}/tests/pages";

    [Theory]
    [InlineData(Compression.Gzip, false, true)]
    [InlineData(Compression.Gzip, true, false)]
    [InlineData(Compression.None, true, false)]
    [InlineData(Compression.Zstd, false, true)]
    public async Task BuildAsync_EveryShape_SkopeoAndCraneReadTheSameImage(Compression compression, bool docker, bool described)
    {
        var result = await _build.RunAsync(Request with { Compression = compression, DockerFormat = docker, Sbom = described, Provenance = described });

        Assert.Equal(result.Image.Digest, Digest.Of(System.Text.Encoding.UTF8.GetBytes(await Skopeo.RawAsync($"docker://{Name}:{ImageBuild.Tag}"))));
        Assert.Equal(result.Image.Digest.ToString(), await Crane.DigestAsync($"{Name}:{ImageBuild.Tag}"));
        await Skopeo.CopyAsync($"docker://{Name}:{ImageBuild.Tag}", $"oci:{_work["pulled"]}:{ImageBuild.Tag}");
        await Skopeo.CopyAsync($"docker://{Name}@{result.Images[0].Manifest.Digest}", $"dir:{_work["pinned"]}");
        // crane takes every layer for gzip.
        if (compression == Compression.Gzip) await Crane.ValidateRemoteAsync($"{Name}:{ImageBuild.Tag}", "linux/amd64");
        var bundle = await Umoci.UnpackAsync(_work["pulled"], ImageBuild.Tag, _work["bundle"]);
        Assert.Equal(ImageBuild.Page, File.ReadAllText(bundle.Root + "/app/www/index.html"));
    }

    [Fact]
    public async Task BuildAsync_PushedBefore_SendsNoBytes()
    {
        await _build.RunAsync(Request);
        Assert.NotEmpty(await _registry.RequestsAsync("PUT", "/blobs/uploads/"));
        _registry.ClearLog();

        await _build.RunAsync(Request);

        Assert.Empty(await _registry.RequestsAsync("POST", ""));
        Assert.Empty(await _registry.RequestsAsync("PUT", "/blobs/"));
        Assert.EndsWith("(0 bytes sent)", _build.Messages.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BuildAsync_SeveralTags_AllNameTheImage()
    {
        var result = await _build.RunAsync(Request with { Tags = ["1.0", "1", "latest"] });

        Assert.Equal(["1", "1.0", "latest"], await Skopeo.ListTagsAsync($"docker://{Name}"));
        foreach (var tag in new[] { "1.0", "1", "latest" }) Assert.Equal(result.Image.Digest.ToString(), await Crane.DigestAsync($"{Name}:{tag}"));
    }

    [Fact]
    public async Task BuildAsync_TwoPlatforms_CraneFindsBothSound()
    {
        var images = new[] { Platform.LinuxAmd64, Platform.LinuxArm64 }.Select(p => _build.Image(new ScratchBase(), p));

        var result = await _build.RunAsync(Request with { Images = [.. images] });

        foreach (var platform in new[] { "linux/amd64", "linux/arm64" }) await Crane.ValidateRemoteAsync($"{Name}:{ImageBuild.Tag}", platform);
        await Skopeo.CopyAsync($"docker://{Name}:{ImageBuild.Tag}", $"oci:{_work["all"]}:{ImageBuild.Tag}", "--all");
        Assert.Equal(result.Image.Digest, Digest.Of(System.Text.Encoding.UTF8.GetBytes(await Skopeo.RawAsync($"oci:{_work["all"]}:{ImageBuild.Tag}"))));
    }

    [Fact]
    public async Task BuildAsync_Layout_OrasCarriesItToARegistryUnchanged()
    {
        var result = await _build.RunAsync(_build.Request);

        await Oras.CopyFromLayoutAsync(_build.Layout, ImageBuild.Tag, $"{Name}:{ImageBuild.Tag}");

        Assert.Equal(result.Image.Digest.ToString(), await Crane.DigestAsync($"{Name}:{ImageBuild.Tag}"));
    }

    // skopeo and umoci look for OCI's media types only in a layout; crane takes both.
    [Fact]
    public async Task BuildAsync_LayoutInDockersFormat_CraneCarriesItToARegistryUnchanged()
    {
        var result = await _build.RunAsync(_build.Request with { DockerFormat = true });

        await Crane.PushLayoutAsync(_build.Layout, $"{Name}:{ImageBuild.Tag}");

        Assert.Equal(result.Image.Digest.ToString(), await Crane.DigestAsync($"{Name}:{ImageBuild.Tag}"));
        await Crane.ValidateRemoteAsync($"{Name}:{ImageBuild.Tag}", "linux/amd64");
    }
}
