using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Workers.Rootless.Containers;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A runtime in the foreground, whose child is the first process of the step's process namespace: with that one die all. Or one whose child
/// is another process in a step that stays.</summary>
/// <param name="runtime">The runtime.</param>
/// <param name="process">Its process, which this takes over.</param>
/// <param name="id">The step that ends with it; <c>null</c> for one that stays.</param>
/// <param name="time">The clock.</param>
internal sealed class StepProcess(OciRuntime runtime, Process process, string? id, TimeProvider time) : IAsyncDisposable
{
    private const int KillSignal = 9, WindowChanged = 28;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5), s_patience = TimeSpan.FromMilliseconds(700);

    private readonly Process _process = process;

    public Stream Output => _process.StandardOutput.BaseStream;

    public Stream Error => _process.StandardError.BaseStream;

    /// <summary>Its input, when that is a pipe.</summary>
    public Stream? TakeInput() => _process.StartInfo.RedirectStandardInput ? new DescriptorStream(((PipeStream)_process.StandardInput.BaseStream).SafePipeHandle) : null;

    public bool HasEnded => _process.HasExited;

    /// <summary>Waits until the step's program runs, or there is no hope of it any more.</summary>
    /// <param name="pidFile">Where the runtime writes that there is a process.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task WaitUntilRunningAsync(string pidFile, CancellationToken cancellationToken)
    {
        while (!_process.HasExited && !IsRunning(pidFile)) await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a signal to the step's process. Where that is in a kernel of its own, its runtime passes it on.</summary>
    public void Signal(int number)
    {
        if (runtime.HasOwnKernel) Tell(number);
        else SignalChildren(number);
    }

    /// <summary>Gives the terminal that the runtime made in the step another size. Not every runtime does so by itself when its own terminal changes.</summary>
    public void Resize(TerminalSize size)
    {
        Tell(WindowChanged);
        using var handle = OpenRuntime();
        if (handle is null) return;
        foreach (var number in DescriptorsOf(_process.Id).Where(d => d.Target.EndsWith("ptmx", StringComparison.Ordinal)).Select(d => d.Number))
        {
            using var terminal = ProcessCalls.Borrow(handle, number);
            if (terminal is not null) PseudoTerminal.Resize(terminal, size);
        }
    }

    private void Tell(int number)
    {
        using var handle = OpenRuntime();
        if (handle is not null) ProcessCalls.Signal(handle, number);
    }

    private SafeFileHandle? OpenRuntime()
    {
        var handle = _process.HasExited ? null : ProcessCalls.Open(_process.Id);
        if (!_process.HasExited) return handle;
        handle?.Dispose();
        return null;
    }

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
            SignalChildren(KillSignal);
            if (time.GetElapsedTime(start) > s_patience) _process.Kill();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync().ConfigureAwait(false);
        // What a runtime that was killed left behind, its step included.
        if (id is not null && runtime.Knows(id)) await runtime.EndAsync(runtime.Delete(id), "/dev/null").ConfigureAwait(false);
        // What was read from by hand is not closed with its process.
        if (_process.StartInfo.RedirectStandardOutput) _process.StandardOutput.Dispose();
        if (_process.StartInfo.RedirectStandardError) _process.StandardError.Dispose();
        _process.Dispose();
    }

    private void SignalChildren(int number)
    {
        foreach (var child in ChildrenOf(_process.Id))
        {
            using var handle = ProcessCalls.Open(child);
            // The number may be another's by now. Who is still our runtime's child after it was opened is the one that was opened.
            if (handle is not null && ParentOf(child) == _process.Id) ProcessCalls.Signal(handle, number);
        }
    }

    // What crun begins with is crun, also when it has entered the step already.
    private bool IsRunning(string pidFile) => File.Exists(pidFile)
        && (runtime.HasOwnKernel || ProgramOf(_process.Id) is { } own && ChildrenOf(_process.Id).Any(c => ProgramOf(c) is { } program && program != own));

    private static (ulong Device, ulong Inode)? ProgramOf(int process) =>
        Posix.TryRead(Posix.CurrentDirectory, $"/proc/{process}/exe", 0, out var file) ? (file.Device, file.Inode) : null;

    private static List<(int Number, string Target)> DescriptorsOf(int process)
    {
        try
        {
            return [.. Directory.GetFiles($"/proc/{process}/fd").Select(f => (int.Parse(Path.GetFileName(f), CultureInfo.InvariantCulture), new FileInfo(f).LinkTarget ?? ""))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended.
            return [];
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
