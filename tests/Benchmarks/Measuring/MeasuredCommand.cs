using System.Diagnostics;

namespace MsBuildKit.Benchmarks.Measuring;

/// <summary>A command that is run and measured. One at a time: the processor time is that of all children which ended meanwhile.</summary>
public sealed record MeasuredCommand(string File, IReadOnlyList<string> Arguments)
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>Ends the command that runs, so that who waits for it can clean up. One for the process, as the signal is that asks for it.</summary>
    public static CancellationTokenSource Stop { get; } = new();

    /// <summary>Variables to set; <c>null</c> removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string WorkingDirectory { get; init; } = "";

    /// <summary>Look at the memory of the command's processes while they run.</summary>
    public bool WatchMemory { get; init; }

    /// <summary>Only processes whose command lines have this in them count; <c>null</c> for all.</summary>
    public string? WatchedProgram { get; init; }

    /// <summary>Runs it; throws with all that it said unless it ends with 0.</summary>
    public async Task<Measurement> RunAsync()
    {
        var start = new ProcessStartInfo(File, Arguments)
        {
            WorkingDirectory = WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;

        var before = ChildUsage.Read();
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{File}' did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var stopping = Stop.Token.Register(() => process.Kill(entireProcessTree: true));
        var memory = new ProcessTreeMemory(process.Id, WatchedProgram);
        while (WatchMemory && !process.HasExited)
        {
            memory.Look();
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(s_lookEvery));
        }
        await process.WaitForExitAsync();
        watch.Stop();
        Stop.Token.ThrowIfCancellationRequested();
        var processor = ChildUsage.Read() - before;
        // A program that was left running by the command may hold its output open: what was said until now is enough.
        var said = await Take(output) + await Take(error);
        if (process.ExitCode != 0) throw new InvalidOperationException($"'{File} {string.Join(' ', Arguments)}' ended with {process.ExitCode}:\n{said}");
        return new Measurement(watch.Elapsed, processor, memory.PeakBytes, said);
    }

    private static async Task<string> Take(Task<string> text) => await Task.WhenAny(text, Task.Delay(TimeSpan.FromSeconds(2))) == text ? await text : "";
}
