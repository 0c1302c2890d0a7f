using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Engine.Tests.Distribution;

public sealed class RegistryMirrorTests : IAsyncLifetime
{
    private static readonly byte[] s_bytes = RegistryBed.Bytes(1000);
    private static readonly byte[] s_manifest = OciJson.Write(new ImageManifest { Config = Descriptor.Of(MediaTypes.OciConfig, "{}"u8), Layers = [] });

    private RegistryBed _bed = null!;
    private TestRegistry _mirror = null!;

    public async ValueTask InitializeAsync()
    {
        (_bed, _mirror) = (await RegistryBed.StartAsync(), await TestRegistry.StartAsync());
        Fill(_bed.Registry["team/app"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _mirror.DisposeAsync();
        await _bed.DisposeAsync();
    }

    [Fact]
    public async Task Pull_MirrorWithAFolder_IsAskedInPlaceOfTheRegistry()
    {
        Fill(_mirror["hub/team/app"]);
        await PullAsync($"{_mirror.Name}/hub");
        Assert.Empty(_bed.Registry.Requests);
        Assert.NotEmpty(_mirror.Find("GET", "/v2/hub/team/app/blobs/"));
    }

    [Fact]
    public async Task Pull_MirrorWithoutTheImage_TheNextAndTheRegistryAreAsked()
    {
        await PullAsync("127.0.0.1:1", _mirror.Name);
        Assert.NotEmpty(_mirror.Requests);
        Assert.NotEmpty(_bed.Registry.Find("GET", "/v2/team/app/blobs/"));
    }

    [Fact]
    public async Task Pull_MirrorThatFails_TheRegistryIsAsked()
    {
        Fill(_mirror["team/app"]);
        _mirror.Faults.Add("GET", "/blobs/", [.. Enumerable.Repeat(Faults.Status(500), 20)]);
        await PullAsync(_mirror.Name);
        Assert.NotEmpty(_bed.Registry.Find("GET", "/v2/team/app/blobs/"));
    }

    [Fact]
    public async Task Pull_MirrorThatAsksWhoItIs_NeverSeesTheRegistrysCredentials()
    {
        Fill(_mirror["team/app"]);
        _mirror.Access = new BasicAccess("user", "secret");
        _bed.Registry.Access = new BasicAccess("user", "secret");
        _bed.LogIn(_bed.Registry.Name, "user", "secret");
        await PullAsync(_mirror.Name);
        Assert.All(_mirror.Requests, r => Assert.Null(r.Authorization));
        Assert.Contains(_bed.Registry.Requests, r => r.Authorization is not null);
    }

    private async Task PullAsync(params string[] mirrors)
    {
        var repository = Open(mirrors).OpenRepository(_bed.Image(), _bed.Store);
        Assert.Equal(Digest.Of(s_manifest), (await repository.ResolveAsync(_bed.Image(tag: "1.0"), default)).Digest);
        Assert.Equal(s_bytes, await RegistryBed.ReadAsync(await repository.FindAsync(Digest.Of(s_bytes), default)));
    }

    private Registries Open(params string[] mirrors) =>
        _bed.Open(o => o with { Hosts = new Dictionary<string, RegistryHost> { [_bed.Registry.Name] = new() { Mirrors = mirrors } } });

    private static void Fill(RegistryRepositoryState repository)
    {
        repository.Add(MediaTypes.OciLayer, s_bytes);
        repository.AddManifest(MediaTypes.OciManifest, s_manifest, "1.0");
    }
}
