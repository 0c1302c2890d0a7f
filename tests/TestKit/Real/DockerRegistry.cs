using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace MsBuildKit.TestKit.Real;

/// <summary>The registry that most others are measured by (CNCF distribution), on the loopback with a storage of its own.</summary>
public sealed class DockerRegistry : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private DockerRegistry(TempFolder folder, int port, Process process)
    {
        (_folder, _process, Host) = (folder, process, $"127.0.0.1:{port}");
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Host and port.</summary>
    public string Host { get; }

    /// <summary>Everything it said, its access log included.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Starts it and waits until it answers. With a user it lets nobody else in (basic authentication).</summary>
    public static async Task<DockerRegistry> StartAsync(string? user = null, string? password = null)
    {
        var program = RealTool.Find("docker-registry");
        var folder = new TempFolder("registry");
        var port = LoopbackPort.FindFree();
        var auth = user is null ? "" : $"\nauth: {{ htpasswd: {{ realm: tests, path: {await WritePasswordsAsync(folder, user, password!)} }} }}";
        var config = folder.Write("config.yml", $$"""
            version: 0.1
            log: { level: info }
            storage: { filesystem: { rootdirectory: {{folder["data"]}} }, delete: { enabled: true } }
            http: { addr: "127.0.0.1:{{port}}", secret: tests }{{auth}}
            """);
        var start = new ProcessStartInfo(program, ["serve", config]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var registry = new DockerRegistry(folder, port, Process.Start(start) ?? throw new InvalidOperationException($"'{program}' did not start."));
        await registry.WaitAsync();
        return registry;
    }

    /// <summary>The requests so far that <paramref name="method"/> was used for and whose address contains <paramref name="part"/>.</summary>
    /// <remarks>The log comes through a pipe, in order: once a request of our own is in it, so are those before.</remarks>
    public async Task<IReadOnlyList<string>> RequestsAsync(string method, string part)
    {
        var mark = Path.GetRandomFileName();
        using var http = new HttpClient();
        using (await http.GetAsync(new Uri($"http://{Host}/v2/?{mark}"))) { }
        for (var clock = Stopwatch.StartNew(); !Log.Contains($"?{mark} HTTP", StringComparison.Ordinal); await Task.Delay(10))
            if (clock.Elapsed > s_patience)
                throw new TimeoutException($"The registry's log does not show a request:\n{Log}");
        return [.. _log.Where(l => l.Contains($"\"{method} ", StringComparison.Ordinal) && l.Contains(part, StringComparison.Ordinal))];
    }

    /// <summary>Forgets what it said.</summary>
    public void ClearLog() => _log.Clear();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private static async Task<string> WritePasswordsAsync(TempFolder folder, string user, string password) =>
        folder.Write("htpasswd", (await Command.RunAsync(RealTool.Find("htpasswd"), ["-Bbn", user, password])).Succeeded().Output);

    private async Task WaitAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < s_patience && !_process.HasExited; await Task.Delay(20))
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://{Host}/v2/"));
                if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized) return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // It does not listen yet.
            }
        }
        await DisposeAsync();
        throw new InvalidOperationException($"The registry at {Host} did not answer:\n{Log}");
    }

    private void Keep(string? line)
    {
        if (line is not null) _log.Enqueue(line);
    }
}
