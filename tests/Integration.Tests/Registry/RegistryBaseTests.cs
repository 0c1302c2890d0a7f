using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Integration.Tests.Images;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Registry;

/// <summary>Bases that stay in their registry until somebody needs their bytes.</summary>
public sealed class RegistryBaseTests : IAsyncLifetime
{
    private readonly ImageBuild _build = new();
    private readonly TempFolder _work = new("judges");
    private DockerRegistry _registry = null!;
    private BuildResult _base = null!;
    private IReadOnlyList<string> _baseLayers = [];

    public async ValueTask InitializeAsync()
    {
        _registry = await DockerRegistry.StartAsync();
        using var ground = new ImageBuild();
        _base = await PushBaseAsync(ground, "first");
        _baseLayers = [.. ImageManifest.Parse(System.Text.Encoding.UTF8.GetBytes(_base.Images[0].ManifestJson)).Layers.Select(l => l.Digest.ToString())];
        _registry.ClearLog();
    }

    public async ValueTask DisposeAsync()
    {
        await RegistryEnd.StopAsync(_registry);
        _build.Dispose();
        _work.Dispose();
    }

    [Fact]
    public async Task BuildAsync_PushToTheBasesRegistry_MountsItsLayersUnread()
    {
        await _build.RunAsync(Request($"{_registry.Host}/tests/base:{ImageBuild.Tag}", push: true));

        foreach (var layer in _baseLayers)
        {
            Assert.Empty(await _registry.RequestsAsync("GET", layer));
            Assert.False(File.Exists(Path.Combine(_build.Cache, "blobs", "sha256", layer["sha256:".Length..])), $"'{layer}' was downloaded");
            Assert.Single(await _registry.RequestsAsync("POST", $"mount={Uri.EscapeDataString(layer)}&from={Uri.EscapeDataString("tests/base")}"));
        }
        await AcceptPushedAsync();
    }

    [Fact]
    public async Task BuildAsync_PinnedBase_IsNotAskedForAgain()
    {
        var pinned = $"{_registry.Host}/tests/base@{_base.Image.Digest}";
        await _build.RunAsync(Request(pinned, push: true));
        _registry.ClearLog();

        await _build.RunAsync(Request(pinned, push: true));

        Assert.Empty(await _registry.RequestsAsync("GET", "/tests/base/"));
        Assert.Empty(await _registry.RequestsAsync("HEAD", "/tests/base/"));
        await AcceptPushedAsync();
    }

    [Fact]
    public async Task BuildAsync_TagThatMoved_FollowsIt()
    {
        var name = $"{_registry.Host}/tests/base:{ImageBuild.Tag}";
        var first = await _build.RunAsync(Request(name, push: false));
        using (var moved = new ImageBuild()) await PushBaseAsync(moved, "second");

        var second = await _build.RunAsync(Request(name, push: false));

        Assert.NotEqual(first.Image.Digest, second.Image.Digest);
    }

    [Fact]
    public async Task BuildAsync_LayoutOnly_HoldsTheBasesLayers()
    {
        await _build.RunAsync(Request($"{_registry.Host}/tests/base:{ImageBuild.Tag}", push: false));

        var bundle = await ImageJudges.AcceptAsync(_build.Layout, ImageBuild.Tag, _work);
        Assert.Equal(ImageBuild.Page, File.ReadAllText(bundle.Root + "/app/www/index.html"));
    }

    [Fact]
    public async Task BuildAsync_PushToAnotherRegistry_CarriesTheBaseAlong()
    {
        await using var other = await DockerRegistry.StartAsync();
        var request = Request($"{_registry.Host}/tests/base:{ImageBuild.Tag}", push: false);

        await _build.RunAsync(request with { Registry = other.Host, Outputs = [new RegistryOutput(other.Host)] });

        await Skopeo.CopyAsync($"docker://{other.Host}/tests/pages:{ImageBuild.Tag}", $"oci:{_work["pulled"]}:{ImageBuild.Tag}", "--all");
        await Crane.ValidateRemoteAsync($"{other.Host}/tests/pages:{ImageBuild.Tag}", "linux/amd64");
    }

    [Fact]
    public async Task BuildAsync_BaseNotThere_SaysSo()
    {
        var error = await Assert.ThrowsAnyAsync<BuildException>(() => _build.RunAsync(Request($"{_registry.Host}/tests/nothing:1", push: false)));

        Assert.Equal("MBK1403", error.Code);
    }

    private BuildRequest Request(string ground, bool push) => _build.Request with
    {
        Images = [_build.Image(new RegistryBase(ImageReference.Parse(ground)))],
        Registry = _registry.Host,
        Outputs = push ? [new RegistryOutput(_registry.Host)] : [],
    };

    // A layer of its own, which no build of the application makes by itself.
    private Task<BuildResult> PushBaseAsync(ImageBuild ground, string text) => ground.RunAsync(ground.Request with
    {
        Images = [ground.Image(new ScratchBase()) with { Files = [new ProjectFile("/etc/ground", ground.Folder.Write("src/ground", text), new Component(ComponentKind.Application, "Ground"))] }],
        Repository = "tests/base",
        Registry = _registry.Host,
        Outputs = [new RegistryOutput(_registry.Host)],
    });

    private async Task AcceptPushedAsync()
    {
        await Crane.ValidateRemoteAsync($"{_registry.Host}/tests/pages:{ImageBuild.Tag}", "linux/amd64");
        await Skopeo.CopyAsync($"docker://{_registry.Host}/tests/pages:{ImageBuild.Tag}", $"oci:{_work["pulled"]}:{ImageBuild.Tag}");
        var bundle = await Umoci.UnpackAsync(_work["pulled"], ImageBuild.Tag, _work["bundle"]);
        Assert.Equal(ImageBuild.Page, File.ReadAllText(bundle.Root + "/app/www/index.html"));
    }
}
