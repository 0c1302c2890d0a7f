using System.Collections.Concurrent;
using System.Diagnostics;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Steps;

namespace MsBuildKit.Benchmarks.Served;

/// <summary><c>msbuildkit serve</c> as an unprivileged user.</summary>
internal sealed class OurDaemon : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private OurDaemon(Process process, Buildctl client)
    {
        (_process, Client) = (process, client);
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int ProcessId => _process.Id;

    /// <summary>What speaks to it.</summary>
    public Buildctl Client { get; }

    /// <param name="tool">The program.</param>
    /// <param name="buildctl">The client.</param>
    /// <param name="folder">Where its store and its socket are; the user's own.</param>
    public static async Task<OurDaemon> StartAsync(string tool, string buildctl, string folder)
    {
        var command = UnprivilegedUser.Find().Command(tool, "serve", "--root", Path.Combine(folder, "store"), "--addr", $"unix://{folder}/socket");
        var start = new ProcessStartInfo(command.File, command.Arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        var daemon = new OurDaemon(Process.Start(start)!, new Buildctl(buildctl, $"unix://{folder}/socket"));
        await daemon.AwaitAsync();
        return daemon;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            using var stop = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            stop.WaitForExit();
        }
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
        throw new InvalidOperationException($"The daemon does not answer:\n{string.Join('\n', _log.TakeLast(20))}");
    }

    private void Keep(string? line)
    {
        if (line is not null) _log.Enqueue(line);
    }
}
