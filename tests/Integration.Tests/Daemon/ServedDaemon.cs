using System.Diagnostics;
using System.Text;
using MsBuildKit.Integration.Tests.Tool;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Daemon;

/// <summary><c>msbuildkit serve</c>, run by somebody who is not root, and docker buildx as its client.</summary>
/// <param name="tool">The program.</param>
public sealed class ServedDaemon(NativeTool tool) : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new("served");
    private readonly StringBuilder _log = new();
    private Process? _process;
    private string _home = "";
    private int _contexts;

    public async ValueTask InitializeAsync()
    {
        _home = await TestUser.MakeFolderAsync(_folder, "home");
        var line = TestUser.Wrap(await tool.FindAsync(), "serve", "--store", Path.Combine(_home, "store"), "--addr", "unix://" + Socket);
        _process = Process.Start(new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardError = true, RedirectStandardInput = true })!;
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.BeginErrorReadLine();
        for (var clock = Stopwatch.StartNew(); !Log.Contains("listening", StringComparison.Ordinal); await Task.Delay(50))
            if (_process.HasExited || clock.Elapsed > s_patience)
                throw new InvalidOperationException($"The daemon does not start:\n{Log}");
        (await RunAsync("create", "--name", "served", "--driver", "remote", "unix://" + Socket)).Succeeded();
    }

    /// <summary>What the daemon said.</summary>
    public string Log
    {
        get
        {
            lock (_log) return _log.ToString();
        }
    }

    public int ProcessId => _process!.Id;

    public string Socket => Path.Combine(_home, "served.sock");

    /// <summary>A folder for a test.</summary>
    public TempFolder MakeContext(params (string Name, string Text)[] files)
    {
        var folder = new TempFolder($"context{Interlocked.Increment(ref _contexts)}");
        foreach (var (name, text) in files) folder.Write(name, text);
        return folder;
    }

    /// <summary>Runs docker buildx.</summary>
    public Task<CommandResult> RunAsync(params IEnumerable<string> arguments) =>
        Command.RunAsync(RealTool.Find("docker-buildx"), arguments, environment: new Dictionary<string, string?> { ["DOCKER_CONFIG"] = _folder["docker"], ["BUILDX_BUILDER"] = "served" });

    /// <summary>Builds a folder.</summary>
    public Task<CommandResult> BuildAsync(TempFolder context, params IEnumerable<string> arguments) => RunAsync(["build", "--progress", "plain", .. arguments, context.Path]);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            if (!_process.HasExited) (await Command.RunAsync("kill", ["-TERM", $"{_process.Id}"])).Succeeded();
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
            _process.Dispose();
        }
        _folder.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }
}
