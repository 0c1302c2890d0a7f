using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Distribution;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Engine.Tests;

public sealed class RegistryImagesTests : IAsyncLifetime
{
    private RegistryBed _bed = null!;

    private TestRegistry Registry => _bed.Registry;

    public async ValueTask InitializeAsync()
    {
        _bed = await RegistryBed.StartAsync();
        Publish("first");
    }

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Resolve_TagMovesMeanwhile_StaysWithTheFirst()
    {
        var images = new RegistryImages(_bed.Open(), _bed.Store);
        var amd64 = await images.ResolveAsync(_bed.Image(tag: "1.0"), Platform.LinuxAmd64, default);
        Publish("second");
        var arm64 = await images.ResolveAsync(_bed.Image(tag: "1.0"), Platform.LinuxArm64, default);
        Assert.Equal(amd64.Root, arm64.Root);
        Assert.Equal("first", arm64.Config.Author);
        Assert.Single(Registry.Find("HEAD"));
    }

    [Fact]
    public async Task Resolve_AfterAFailure_AsksAgain()
    {
        var images = new RegistryImages(_bed.Open(), _bed.Store);
        Registry.Faults.Add("HEAD", "/manifests/", Faults.Status(402));
        await Assert.ThrowsAsync<RegistryException>(() => images.ResolveAsync(_bed.Image(tag: "1.0"), Platform.LinuxAmd64, default));
        Assert.NotNull(await images.ResolveAsync(_bed.Image(tag: "1.0"), Platform.LinuxAmd64, default));
    }

    [Fact]
    public async Task Resolve_HeaderNamesADigestThatIsNotThere_LooksAgain()
    {
        Registry.Faults.Add("HEAD", "/manifests/", Faults.WrongDigest);
        var image = await new RegistryImages(_bed.Open(), _bed.Store).ResolveAsync(_bed.Image(tag: "1.0"), Platform.LinuxAmd64, default);
        Assert.Equal("first", image.Config.Author);
    }

    private void Publish(string author)
    {
        var repository = Registry["team/app"];
        var manifests = new[] { Platform.LinuxAmd64, Platform.LinuxArm64 }.Select(p =>
        {
            var config = repository.Add(MediaTypes.OciConfig, OciJson.Write(new ImageConfig { Os = p.Os, Architecture = p.Architecture, Author = author }));
            return repository.AddManifest(MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = config, Layers = [] })) with { Platform = p };
        });
        repository.AddManifest(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { Manifests = [.. manifests] }), "1.0");
    }
}
