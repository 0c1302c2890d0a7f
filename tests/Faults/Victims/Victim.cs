using System.Diagnostics;

namespace MsBuildKit.Faults.Victims;

/// <summary>A process of a drill's own, <c>faults child DRILL ARGUMENTS</c>, to be harmed. What it says is kept line by line.</summary>
internal sealed class Victim : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly SemaphoreSlim _spoke = new(0);
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private Victim(Process process)
    {
        _process = process;
        _reading = ReadAsync();
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it.</summary>
    /// <param name="drill">Whose.</param>
    /// <param name="arguments">What <see cref="Drill.RunChildAsync"/> is given.</param>
    /// <param name="under">Program and arguments that run it, such as strace.</param>
    /// <param name="environment">Variables to set.</param>
    public static Victim Start(string drill, IEnumerable<string> arguments, IEnumerable<string>? under = null, params IEnumerable<KeyValuePair<string, string>> environment) =>
        Start([.. under ?? [], Environment.ProcessPath!, "child", drill, .. arguments], environment);

    /// <summary>Starts a command line.</summary>
    public static Victim Start(IReadOnlyList<string> line, params IEnumerable<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        // What a process compiles it is to run at once: it does not live long.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new Victim(Process.Start(start)!);
    }

    /// <summary>Waits until it has said so many more lines.</summary>
    public async Task SpokeAsync(int lines)
    {
        for (var i = 0; i < lines; i++)
            if (await Task.WhenAny(_spoke.WaitAsync(), _reading) == _reading) throw new InvalidOperationException($"A child ended before its time: {await _errors}");
    }

    /// <summary>kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, IReadOnlyList<string> Lines, string Errors)> EndAsync()
    {
        await _reading;
        await _process.WaitForExitAsync();
        return (_process.ExitCode, _lines, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _spoke.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _lines.Add(line);
            _spoke.Release();
        }
    }
}
