using System.Diagnostics;
using System.Globalization;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A runtime in the foreground, whose child is the first process of the step's process namespace: with that one die all.</summary>
internal sealed class StepProcess(OciRuntime runtime, IReadOnlyList<string> command, string id, TimeProvider time, bool isAttached = false) : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5), s_patience = TimeSpan.FromMilliseconds(700);

    private readonly Process _process = isAttached ? QuietProgram.StartAttached(runtime.Path, command) : QuietProgram.Start(runtime.Path, command);

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream Error => _process.StandardError.BaseStream;

    /// <summary>Waits for the end; more than 128 stands for a signal.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Kills the step, or what is there of it, until its runtime is gone.</summary>
    public async Task KillAsync()
    {
        for (var start = time.GetTimestamp(); !_process.HasExited; await Task.Delay(s_pause, time, CancellationToken.None).ConfigureAwait(false))
        {
            KillChildren();
            if (time.GetElapsedTime(start) > s_patience) _process.Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        // What a runtime that was killed left behind, its step included.
        if (runtime.Knows(id)) await runtime.EndAsync(runtime.Delete(id), "/dev/null").ConfigureAwait(false);
        // What was read from by hand is not closed with its process.
        if (!isAttached)
        {
            _process.StandardOutput.Dispose();
            _process.StandardError.Dispose();
        }
        _process.Dispose();
    }

    private void KillChildren()
    {
        foreach (var child in ChildrenOf(_process.Id))
        {
            using var handle = ProcessCalls.Open(child);
            // The number may be another's by now. Who is still our runtime's child after it was opened is the one that was opened.
            if (handle is not null && ParentOf(child) == _process.Id) ProcessCalls.Kill(handle);
        }
    }

    private static IEnumerable<int> ChildrenOf(int process) =>
        ThreadsOf(process).SelectMany(t => TryRead(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(c => int.Parse(c, CultureInfo.InvariantCulture));

    // None when it has ended, which it may do at any time.
    private static string[] ThreadsOf(int process)
    {
        try
        {
            return Directory.GetDirectories($"/proc/{process}/task");
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    // The fields follow the program's name, which may hold anything.
    private static int ParentOf(int process) =>
        TryRead($"/proc/{process}/stat") is var stat && stat.LastIndexOf(") ", StringComparison.Ordinal) is >= 0 and var end
            ? int.Parse(stat[(end + 2)..].Split(' ')[1], CultureInfo.InvariantCulture)
            : 0;

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
