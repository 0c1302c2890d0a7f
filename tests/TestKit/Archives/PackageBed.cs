using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Packages;
using MsBuildKit.Engine.Solving;

namespace MsBuildKit.TestKit.Archives;

/// <summary>A mirror of packages that answers from memory, and a composer that gets everything there.</summary>
public sealed class PackageBed : HttpMessageHandler
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly string _folder;

    /// <summary>Keeps its store below <paramref name="folder"/>.</summary>
    public PackageBed(string folder)
    {
        _folder = folder;
        Store = new LocalContentStore(Path.Combine(folder, "store"));
    }

    public LocalContentStore Store { get; }

    /// <summary>Puts a file onto the mirror.</summary>
    public void Serve(string path, byte[] bytes) => _files["/" + path] = bytes;

    /// <summary>Composes a base of these packages alone, which a lock file pins.</summary>
    public async Task<ComposedImage> ComposeAsync(params (string Name, byte[] Deb)[] packages)
    {
        var names = packages.Select(p => p.Name).Order(StringComparer.Ordinal).ToList();
        var path = Path.Combine(_folder, "lock.json");
        await File.WriteAllBytesAsync(path, Lock(names, [.. packages.Select(p => (p.Name, "1", p.Deb))]));
        foreach (var (name, deb) in packages) Serve($"pool/{name}.deb", deb);
        return await ComposeAsync(new CompositionRequest { Distribution = "debian/bookworm", Platform = Platform.LinuxAmd64, Packages = names, LockFile = path });
    }

    /// <summary>Composes what the request says, with this mirror.</summary>
    public async Task<ComposedImage> ComposeAsync(CompositionRequest request)
    {
        using var http = new HttpClient(this, disposeHandler: false);
        var composer = new PackageComposer(
            Store, new FileCacheIndex(Path.Combine(_folder, "store/index"), TimeProvider.System), new KeyLocks(Path.Combine(_folder, "store/locks")), http, TimeProvider.System);
        return await composer.ComposeAsync(request with { Mirrors = ["http://mirror.example"] }, default);
    }

    /// <summary>A lock file for these packages.</summary>
    public static byte[] Lock(IReadOnlyList<string> requested, IReadOnlyList<(string Name, string Version, byte[] Deb)> packages) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        version = 1,
        distribution = "debian/bookworm",
        architectures = new
        {
            amd64 = new
            {
                requested,
                releases = new { },
                packages = packages.Select(p => new
                {
                    suite = "bookworm",
                    package = new
                    {
                        name = p.Name, version = p.Version, architecture = "amd64", source = p.Name, sha256 = Convert.ToHexStringLower(SHA256.HashData(p.Deb)), size = p.Deb.Length,
                        path = $"pool/{p.Name}.deb",
                    },
                }),
            },
        },
    });

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
        _files.TryGetValue(request.RequestUri!.AbsolutePath, out var bytes)
            ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(bytes) }
            : new HttpResponseMessage(HttpStatusCode.NotFound));

    protected override void Dispose(bool disposing)
    {
        if (disposing) Store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose(disposing);
    }
}
