using System.Diagnostics;
using System.Text;

namespace MsBuildKit.TestKit;

/// <summary>Runs a real program to its end and keeps what it said.</summary>
public sealed record CommandResult(string Line, int ExitCode, string Output, string Error)
{
    /// <summary>Standard output followed by standard error.</summary>
    public string All => Output + Error;

    /// <summary>Throws, with everything the program said, unless it ended with 0.</summary>
    public CommandResult Succeeded() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"'{Line}' ended with {ExitCode}:\n{All}");

    /// <summary>Throws, with everything the program said, when it ended with 0.</summary>
    public CommandResult Failed() =>
        ExitCode != 0 ? this : throw new InvalidOperationException($"'{Line}' was expected to fail:\n{All}");
}

public static class Command
{
    /// <summary>Starts <paramref name="file"/> and waits, at most <paramref name="timeout"/> (5 minutes when not given).</summary>
    public static async Task<CommandResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            WorkingDirectory = workingDirectory ?? "",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        var line = $"{file} {string.Join(' ', start.ArgumentList)}";

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{line}' did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(timeout ?? TimeSpan.FromMinutes(5));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{line}' ran out of time:\n{await output}{await error}");
        }
        return new CommandResult(line, process.ExitCode, await output, await error);
    }
}
