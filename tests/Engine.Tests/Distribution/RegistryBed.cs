using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Engine.Tests.Distribution;

/// <summary>A registry, and a machine that speaks to it: its home folder, its store, its clock.</summary>
public sealed class RegistryBed : IAsyncDisposable
{
    /// <summary>For tests in which a server falls silent.</summary>
    public static readonly TimeSpan ShortIdle = TimeSpan.FromSeconds(1);

    // No machine is so slow that this would end by itself.
    private static readonly TimeSpan s_longIdle = TimeSpan.FromMinutes(5);

    private readonly TempFolder _folder = new("registry");
    private readonly List<Registries> _opened = [];

    private RegistryBed(TestRegistry registry)
    {
        Registry = registry;
        Store = new LocalContentStore(_folder["store"]);
    }

    public TestRegistry Registry { get; }

    public LocalContentStore Store { get; }

    public HurriedTime Time { get; } = new(ShortIdle, s_longIdle);

    public TimeSpan IdleTimeout { get; set; } = s_longIdle;

    /// <summary>Who knows credentials; the home folder when <c>null</c>.</summary>
    public ICredentialSource? Credentials { get; set; }

    public string Home => _folder.Path;

    public Dictionary<string, string> Environment { get; } = [];

    public static async Task<RegistryBed> StartAsync() => new(await TestRegistry.StartAsync());

    public ImageReference Image(string repository = "team/app", string? tag = null, Digest? digest = null) => ImageReference.Create(Registry.Name, repository, tag, digest);

    public Registries Open(Func<RegistryOptions, RegistryOptions>? change = null)
    {
        var options = new RegistryOptions { Time = Time, Random = new Random(1), IdleTimeout = IdleTimeout };
        var registries = new Registries(Credentials ?? new HostCredentials(Environment, Home), change is null ? options : change(options));
        _opened.Add(registries);
        return registries;
    }

    public RegistryRepository Pull(string repository = "team/app") => Open().OpenRepository(Image(repository), Store);

    public RegistryPusher Push(string repository = "team/app") => Open().OpenPusher(Image(repository));

    /// <summary>What 'docker login' leaves behind.</summary>
    public void LogIn(string registry, string user, string secret) =>
        _folder.Write(".docker/config.json", JsonSerializer.Serialize(new
        {
            auths = new Dictionary<string, object> { [registry] = new { auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}")) } },
        }));

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<byte[]> ReadAsync(Stream? stream)
    {
        Assert.NotNull(stream);
        await using (stream)
        {
            var buffer = new MemoryStream();
            await stream.CopyToAsync(buffer);
            return buffer.ToArray();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var registries in _opened) registries.Dispose();
        await Registry.DisposeAsync();
        await Store.DisposeAsync();
        _folder.Dispose();
    }
}
