using System.Collections.Concurrent;
using System.Diagnostics;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>A daemon that a client of BuildKit speaks to, as a process.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>Whether it ended, which it should not.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What it said.</summary>
    public IReadOnlyCollection<string> Log => _log;

    /// <summary>Starts it, and waits until it answers.</summary>
    /// <param name="program">It.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="client">What speaks to it.</param>
    public static async Task<ServerProcess> StartAsync(string program, IEnumerable<string> arguments, Buildctl client)
    {
        var server = new ServerProcess(Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_patience && !server.HasEnded; await Task.Delay(50))
            try
            {
                await client.Greet().RunAsync();
                return server;
            }
            catch (InvalidOperationException)
            {
                // Not yet.
            }
        throw new InvalidOperationException($"'{program}' does not answer:\n{string.Join('\n', server._log.TakeLast(20))}");
    }

    /// <summary>Asks it to end.</summary>
    public void Stop()
    {
        if (HasEnded) return;
        using var stop = Process.Start("kill", ["-TERM", $"{Id}"]);
        stop.WaitForExit();
        _process.WaitForExit();
    }

    /// <summary>Ends it, if it has not.</summary>
    public void Dispose()
    {
        if (!HasEnded) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null) _log.Enqueue(line);
    }
}
