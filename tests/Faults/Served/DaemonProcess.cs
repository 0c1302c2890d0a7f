using System.Diagnostics;
using System.Text;
using MsBuildKit.Faults.StepKills;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Projects;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.Served;

/// <summary><c>msbuildkit serve</c> as a process of an ordinary user.</summary>
internal sealed class DaemonProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _home;
    private readonly StringBuilder _log = new();

    private DaemonProcess(Process process, string home)
    {
        (_process, _home) = (process, home);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public string Address => "unix://" + Path.Combine(_home, "socket");

    public string Store => Path.Combine(_home, "store");

    /// <summary>What it said.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    /// <param name="home">A folder of the user's own, for the store, the socket and temporary files.</param>
    public static async Task<DaemonProcess> StartAsync(string home)
    {
        var line = TestUser.Wrap(FindTool(), "serve", "--root", Path.Combine(home, "store"), "--addr", "unix://" + Path.Combine(home, "socket"));
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = home };
        start.Environment["TMPDIR"] = Path.Combine(home, "tmp");
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var daemon = new DaemonProcess(Process.Start(start)!, home);
        for (var clock = Stopwatch.StartNew(); !daemon.Log.Contains("listening", StringComparison.Ordinal); await Task.Delay(50))
            if (daemon._process.HasExited || clock.Elapsed > s_patience) throw new InvalidOperationException($"The daemon does not start:\n{daemon.Log}");
        return daemon;
    }

    /// <summary>What it holds when nobody is connected any more and no step runs, or after a minute.</summary>
    public async Task<DaemonAccount> TakeAccountAsync(int sockets, CancellationToken cancellationToken)
    {
        var account = DaemonAccount.Take(_process.Id, _home);
        for (var clock = Stopwatch.StartNew(); (account.Sockets > sockets || account.HasSteps) && clock.Elapsed < s_patience; account = DaemonAccount.Take(_process.Id, _home))
            await Task.Delay(100, cancellationToken);
        return account;
    }

    /// <summary>Tells it to stop, and says what is not as it should be.</summary>
    public async Task<IReadOnlyList<string>> StopAsync(CancellationToken cancellationToken)
    {
        if (_process.HasExited) return [$"the daemon ended by itself: {Log}"];
        var below = Family.ListOf(_process.Id);
        (await Command.RunAsync("kill", ["-TERM", $"{_process.Id}"])).Succeeded();
        try
        {
            await _process.WaitForExitAsync(cancellationToken).WaitAsync(s_patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            return ["the daemon does not stop"];
        }
        var left = below.Where(m => Directory.Exists($"/proc/{m.Id}")).ToList();
        return [.. _process.ExitCode == 0 ? [] : new[] { $"the daemon ended with {_process.ExitCode}: {Log}" }, .. left.Select(m => $"'{m.Name}' still runs after the daemon")];
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }

    // As the tree's build in the same configuration left it.
    private static string FindTool()
    {
        var framework = AppContext.BaseDirectory.TrimEnd('/');
        var configuration = Path.GetFileName(Path.GetDirectoryName(framework)!);
        return Path.Combine(SdkPackage.RepositoryRoot, "src/Tool/bin", configuration, Path.GetFileName(framework), "msbuildkit");
    }
}
