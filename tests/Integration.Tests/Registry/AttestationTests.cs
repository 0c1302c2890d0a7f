using System.Text;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Integration.Tests.Images;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Registry;

/// <summary>Docker's users see the SBOM and the provenance of a pushed image.</summary>
public sealed class AttestationTests : IAsyncLifetime
{
    private readonly ImageBuild _build = new();
    private DockerRegistry _registry = null!;

    public async ValueTask InitializeAsync() => _registry = await DockerRegistry.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await RegistryEnd.StopAsync(_registry);
        _build.Dispose();
    }

    [Fact]
    public async Task BuildAsync_OnePlatform_BuildxShowsSbomAndProvenance()
    {
        var name = await PushAsync(Platform.LinuxAmd64);

        var sbom = await Buildx.InspectAsync(name, "{{json .SBOM}}");
        var provenance = await Buildx.InspectAsync(name, "{{json .Provenance}}");

        Assert.Equal("SPDX-2.3", (string?)sbom!["SPDX"]!["spdxVersion"]);
        Assert.Contains(sbom["SPDX"]!["packages"]!.AsArray(), p => (string?)p!["name"] == "busybox");
        Assert.NotNull(provenance!["SLSA"]!["buildDefinition"]!["buildType"]);
    }

    [Fact]
    public async Task BuildAsync_TwoPlatforms_BuildxShowsTheSbomOfEach()
    {
        var name = await PushAsync(Platform.LinuxAmd64, Platform.LinuxArm64);

        var sbom = await Buildx.InspectAsync(name, "{{json .SBOM}}");
        var provenance = await Buildx.InspectAsync(name, "{{json .Provenance}}");

        foreach (var platform in new[] { "linux/amd64", "linux/arm64" })
        {
            Assert.Equal("SPDX-2.3", (string?)sbom![platform]!["SPDX"]!["spdxVersion"]);
            Assert.NotNull(provenance![platform]!["SLSA"]!["buildDefinition"]);
        }
    }

    [Fact]
    public async Task BuildAsync_NotDescribed_BuildxShowsNothing()
    {
        var request = Request(Platform.LinuxAmd64) with { Sbom = false, Provenance = false };

        await _build.RunAsync(request);

        var sbom = await Buildx.InspectAsync($"{_registry.Host}/tests/pages:{ImageBuild.Tag}", "{{json .SBOM}}");
        Assert.True(sbom is null || sbom.AsObject().Count == 0, sbom?.ToJsonString());
    }

    [Fact]
    public async Task BuildAsync_SignedByCosign_IndexAndEveryManifestVerify()
    {
        using var cosign = new Cosign();
        var result = await _build.RunAsync(Request(Platform.LinuxAmd64, Platform.LinuxArm64));
        var repository = $"{_registry.Host}/tests/pages";

        await cosign.SignAsync($"{repository}@{result.Image.Digest}");

        var index = ImageIndex.Parse(Encoding.UTF8.GetBytes(await Skopeo.RawAsync($"docker://{repository}:{ImageBuild.Tag}")));
        Assert.Equal(4, index.Manifests.Count);
        foreach (var digest in index.Manifests.Select(m => m.Digest).Append(result.Image.Digest)) (await cosign.VerifyAsync($"{repository}@{digest}")).Succeeded();
    }

    private async Task<string> PushAsync(params Platform[] platforms)
    {
        await _build.RunAsync(Request(platforms));
        return $"{_registry.Host}/tests/pages:{ImageBuild.Tag}";
    }

    private BuildRequest Request(params Platform[] platforms) => _build.Request with
    {
        Images = [.. platforms.Select(p => _build.Image(new ScratchBase(), p))], Registry = _registry.Host, Outputs = [new RegistryOutput(_registry.Host)],
    };
}
