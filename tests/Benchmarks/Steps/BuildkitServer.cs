using System.Collections.Concurrent;
using System.Diagnostics;
using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>BuildKit's daemon, as root, which is its fastest way: nothing stands between its steps and the machine's network and ids.</summary>
internal sealed class BuildkitServer : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _folder;
    private readonly ConcurrentQueue<string> _log = new();

    private BuildkitServer(Process process, string folder, Buildctl client)
    {
        (_process, _folder, Client) = (process, folder, client);
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int ProcessId => _process.Id;

    /// <summary>Whether it ended, which it should not.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What it said.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>What speaks to it.</summary>
    public Buildctl Client { get; }

    public static async Task<BuildkitServer> StartAsync(string programs, string folder, string registry)
    {
        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        var settings = Path.Combine(folder, "buildkitd.toml");
        await File.WriteAllTextAsync(settings, $"[registry.\"{registry}\"]\n  http = true\n");
        var start = new ProcessStartInfo(
            Path.Combine(programs, "buildkitd"),
            ["--root", Path.Combine(folder, "root"), "--addr", $"unix://{folder}/socket", "--config", settings, "--containerd-worker=false", "--oci-worker=true",
                "--oci-worker-snapshotter=overlayfs", "--oci-worker-binary=runc", "--oci-worker-gc=false", "--oci-worker-net=host",
                "--allow-insecure-entitlement=network.host", "--allow-insecure-entitlement=security.insecure"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var server = new BuildkitServer(Process.Start(start)!, folder, new Buildctl(Path.Combine(programs, "buildctl"), $"unix://{folder}/socket"));
        await server.AwaitAsync();
        return server;
    }

    /// <summary>Builds a Dockerfile; the result stays in the daemon when <paramref name="output"/> is <c>null</c>.</summary>
    /// <param name="dockerfile">Its text.</param>
    /// <param name="output">The value of buildctl's <c>--output</c>.</param>
    public MeasuredCommand Build(string dockerfile, string? output)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "file")).FullName;
        File.WriteAllText(Path.Combine(folder, "Dockerfile"), dockerfile);
        return Build(folder, $"{_folder}/empty", output);
    }

    /// <summary>Builds the Dockerfile of a folder; the result stays in the daemon when <paramref name="output"/> is <c>null</c>.</summary>
    public MeasuredCommand Build(string folder, string context, string? output) => Client.Build(folder, context, output);

    /// <summary>The command line that solves the definition on its input, anew.</summary>
    /// <param name="layout">The value of buildctl's <c>--oci-layout</c>.</param>
    /// <param name="output">The value of its <c>--output</c>.</param>
    public IReadOnlyList<string> Solve(string layout, string output) =>
        [Client.Program, "--addr", Client.Address, "build", "--progress=plain", "--no-cache", "--oci-layout", layout, "--output", output];

    /// <summary>The command line that builds a Dockerfile.</summary>
    /// <param name="arguments">buildctl's, for all that the frontend is to know.</param>
    public IReadOnlyList<string> Frontend(IEnumerable<string> arguments) =>
        [Client.Program, "--addr", Client.Address, "build", "--progress=plain", "--frontend", "dockerfile.v0", .. arguments];

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task AwaitAsync()
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_patience && !_process.HasExited; await Task.Delay(50))
            try
            {
                await Client.Greet().RunAsync();
                return;
            }
            catch (InvalidOperationException)
            {
                // Not yet.
            }
        throw new InvalidOperationException($"buildkitd does not answer:\n{string.Join('\n', _log.TakeLast(20))}");
    }

    private void Keep(string? line)
    {
        if (line is not null) _log.Enqueue(line);
    }
}
