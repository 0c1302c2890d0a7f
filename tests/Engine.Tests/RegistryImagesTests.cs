using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Solving;
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

    [Fact]
    public async Task Resolve_ADigestThatAnotherRepositoryHad_IsAskedForOnce()
    {
        var index = new FileCacheIndex(Path.Combine(_bed.Home, "index"), TimeProvider.System);
        var tagged = await Open(index).ResolveAsync(_bed.Image(tag: "1.0"), Platform.LinuxAmd64, default);
        var pinned = _bed.Image(tag: "1.0").WithDigest(tagged.Root.Digest);
        var asked = Registry.Requests.Count;
        Assert.Equal(tagged.Root, (await Open(index).ResolveAsync(pinned, Platform.LinuxAmd64, default)).Root);
        Assert.Equal(asked, Registry.Requests.Count);

        var elsewhere = ImageReference.Parse(pinned.ToString().Replace("team/app", "team/other", StringComparison.Ordinal));
        await Assert.ThrowsAsync<RegistryException>(() => Open(index).ResolveAsync(elsewhere, Platform.LinuxAmd64, default));
        Assert.Equal(tagged.Root, (await new RegistryImages(_bed.Open(), _bed.Store).ResolveAsync(elsewhere, Platform.LinuxAmd64, default)).Root);
    }

    private RegistryImages Open(FileCacheIndex origins) => new(_bed.Open(), _bed.Store, origins: origins);

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
