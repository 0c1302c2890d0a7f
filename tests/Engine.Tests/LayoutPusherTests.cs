using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Content;
using MsBuildKit.Engine.Tests.Distribution;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Registry;
using MsBuildKit.Engine.Workers;
using static MsBuildKit.Engine.Tests.TestImages;

namespace MsBuildKit.Engine.Tests;

public sealed class LayoutPusherTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly Events _events = [];
    private RegistryBed _bed = null!;

    private RegistryRepositoryState Target => _bed.Registry["team/app"];

    public async ValueTask InitializeAsync() => _bed = await RegistryBed.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _bed.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Push_Layout_IsAllThere()
    {
        var built = await BuildAsync();
        Assert.Equal(built.Image.Digest, (await PushAsync(built)).Digest);
        Assert.Equal(built.Image.Digest, Target.Tags["1.0"]);
        Assert.Empty(Target.Missing("1.0"));
    }

    [Theory]
    [InlineData("layer")]
    [InlineData("configuration")]
    [InlineData("manifest")]
    [InlineData("index")]
    public async Task Push_BlobThatTheLayoutHasDamaged_ComesFromTheStore(string what)
    {
        var built = await BuildAsync();
        var damaged = PathOf(built, what);
        TestStore.Damage(damaged);
        await PushAsync(built);
        Assert.Equal(built.Image.Digest, Target.Tags["1.0"]);
        Assert.Empty(Target.Missing("1.0"));
        Assert.Equal("MBK1208", Assert.Single(_events.OfType<BuildMessage>(), m => m.Level == MessageLevel.Warning).Code);
        Assert.False(File.Exists(damaged));
        await BuildAsync();
        Assert.True(File.Exists(damaged));
    }

    [Fact]
    public async Task Push_BlobThatIsWholeNowhere_FailsAndNoTagAppears()
    {
        var built = await BuildAsync();
        TestStore.Damage(PathOf(built, "layer"));
        Directory.Delete(_folder["cache"], recursive: true);
        Assert.Equal("MBK2003", (await Assert.ThrowsAsync<WorkerException>(() => PushAsync(built))).Code);
        Assert.Empty(Target.Tags);
    }

    private static string PathOf(BuildResult built, string what)
    {
        var manifest = ImageManifest.Parse(System.Text.Encoding.UTF8.GetBytes(built.Images[0].ManifestJson));
        var digest = what switch
        {
            "layer" => manifest.Layers[0].Digest,
            "configuration" => manifest.Config.Digest,
            "manifest" => built.Images[0].Manifest.Digest,
            _ => built.Image.Digest,
        };
        return Path.Combine(built.LayoutDirectory, "blobs", "sha256", digest.Hex);
    }

    private Task<BuildResult> BuildAsync() => new Builder(Services).BuildAsync(
        Request(_folder.Path, Image(new ScratchBase(), new ProjectFile("/app/run", _folder.Write("run", "#!/bin/sh\n"), new Component(ComponentKind.Application, "Shop")))), null, default);

    private Task<Descriptor> PushAsync(BuildResult built) => new LayoutPusher(Services with { Registries = _bed.Open() })
        .PushAsync(built.LayoutDirectory, _folder["cache"], _bed.Image(), ["1.0"], _events, default);
}
