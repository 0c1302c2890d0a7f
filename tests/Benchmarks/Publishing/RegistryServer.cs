using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MsBuildKit.Benchmarks.Publishing;

/// <summary>Debian's docker-registry on a free port of this machine.</summary>
internal sealed class RegistryServer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string _storage;

    private RegistryServer(Process process, string storage, string address) => (_process, _storage, Address) = (process, storage, address);

    /// <summary>Host and port.</summary>
    public string Address { get; }

    /// <summary>Bytes of all blobs, manifests included.</summary>
    public long StoredBytes => new DirectoryInfo(_storage).EnumerateFiles("data", SearchOption.AllDirectories).Sum(f => f.Length);

    public static async Task<RegistryServer> StartAsync(string folder)
    {
        var port = FreePort();
        var storage = Directory.CreateDirectory(Path.Combine(folder, "storage")).FullName;
        var settings = Path.Combine(folder, "registry.yml");
        await File.WriteAllTextAsync(settings, $$"""
            version: 0.1
            log: { level: error, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: {{storage}} } }
            http: { addr: "127.0.0.1:{{port}}" }
            """);
        var start = new ProcessStartInfo("docker-registry", ["serve", settings]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var server = new RegistryServer(Process.Start(start)!, storage, $"localhost:{port}");
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        await server.AwaitAsync();
        return server;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task AwaitAsync()
    {
        using var client = new HttpClient();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_patience; await Task.Delay(50))
            try
            {
                if ((await client.GetAsync(new Uri($"http://{Address}/v2/"))).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not yet.
            }
        throw new InvalidOperationException("docker-registry does not answer.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
