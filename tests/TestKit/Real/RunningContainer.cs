using System.Diagnostics;

namespace MsBuildKit.TestKit.Real;

/// <summary>A container in the foreground of a process that we started; disposing kills it.</summary>
public sealed class RunningContainer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _line;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    internal RunningContainer(IReadOnlyList<string> command)
    {
        _line = string.Join(' ', command);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException($"'{_line}' did not start.");
        _process.StandardInput.Close();
        (_output, _error) = (_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    /// <summary>Waits for it to end by itself.</summary>
    public async Task<CommandResult> WaitAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            await StopAsync();
            throw new TimeoutException($"'{_line}' did not end:\n{await _output}{await _error}");
        }
        return new CommandResult(_line, _process.ExitCode, await _output, await _error);
    }

    /// <summary>Asks until something answers; fails with what the container said when it ends before.</summary>
    public async Task<string> GetAsync(string url)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (_process.HasExited) throw new InvalidOperationException($"'{_line}' ended with {_process.ExitCode} before it answered:\n{await _output}{await _error}");
            try
            {
                return await http.GetStringAsync(new Uri(url));
            }
            catch (Exception e) when (e is HttpRequestException { StatusCode: null } or TaskCanceledException)
            {
                if (clock.Elapsed < s_patience) continue;
                await StopAsync();
                throw new TimeoutException($"'{url}' did not answer ({e.Message}):\n{await _output}{await _error}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private async Task StopAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }
}
