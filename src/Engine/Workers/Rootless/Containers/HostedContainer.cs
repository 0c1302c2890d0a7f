using System.Runtime.Versioning;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>A container on the worker's side. Its first process makes its sandbox and ends it, others are started in there meanwhile (as BuildKit's
/// executor has it: Run, then Exec).</summary>
/// <remarks>Disposed, it has no process any more; what is mounted for it is its owner's to unmount then.</remarks>
[SupportedOSPlatform("linux")]
internal sealed class HostedContainer(StepSpec spec, StepRunner runner, ContainerFiles files, TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<PreparedStep> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _processes = [];
    private bool _isBegun, _isClosed;
    private volatile bool _isEnded;
    private int _others;

    /// <summary>What is in its mounts.</summary>
    public ContainerFiles Files => files;

    /// <summary>Runs a process to its end.</summary>
    public async Task<Done> StartAsync(StartProcess start, Conversation conversation, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource();
        var isFirst = Enter(ended.Task);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            return isFirst ? await RunFirstAsync(start, conversation, stop.Token).ConfigureAwait(false) : await RunAnotherAsync(start, conversation, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw ContainerErrors.Closed();
        }
        finally
        {
            lock (_gate) _processes.Remove(ended.Task);
            ended.SetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] processes;
        lock (_gate)
        {
            _isClosed = true;
            processes = [.. _processes];
        }
        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(processes).ConfigureAwait(false);
        _closing.Dispose();
    }

    private bool Enter(Task ended)
    {
        lock (_gate)
        {
            if (_isClosed) throw ContainerErrors.Closed();
            _processes.Add(ended);
            var isFirst = !_isBegun;
            _isBegun = true;
            return isFirst;
        }
    }

    private async Task<Done> RunFirstAsync(StartProcess start, Conversation conversation, CancellationToken cancellationToken)
    {
        try
        {
            var first = ProcessOf(start) with { Security = ExecOp.Parser.ParseFrom(start.Exec).Security };
            return await runner.PrepareAsync(first, step => RunAsync(step, start, conversation, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _isEnded = true;
            _running.TrySetException(ContainerErrors.Ended());
            _ = _running.Task.Exception;
        }
    }

    private async Task<Done> RunAsync(PreparedStep step, StartProcess start, Conversation conversation, CancellationToken cancellationToken)
    {
        var process = new HostedProcess(step.Runtime, start, conversation, step.Files.Log, time);
        return await process.RunAsync(pidFile => step.Runtime.Run(step.Files.Bundle, step.Files.Log, step.Id, step.Spec, pidFile), step.Id, () => _running.TrySetResult(step), () => _isEnded = true, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Done> RunAnotherAsync(StartProcess start, Conversation conversation, CancellationToken cancellationToken)
    {
        var step = await _running.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_isEnded) throw ContainerErrors.Ended();
        // It lies beside the bundle, in memory, and goes with it: variables may be secrets.
        var place = Path.Combine(step.Files.Bundle, $"process{Interlocked.Increment(ref _others)}");
        try
        {
            step.WriteProcess(ProcessOf(start) with { Security = step.Spec.Security }, place);
            var process = new HostedProcess(step.Runtime, start, conversation, place + ".log", time);
            return await process.RunAsync(pidFile => step.Runtime.Exec(place, place + ".log", step.Id, pidFile), null, () => { }, () => { }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (_isEnded && e is WorkerException { Code: StepErrors.RuntimeCode } or IOException)
        {
            throw ContainerErrors.Ended();
        }
    }

    private StepSpec ProcessOf(StartProcess start)
    {
        var exec = ExecOp.Parser.ParseFrom(start.Exec);
        var process = StepCommand.Of(spec, exec.Meta, exec.Secretenv, start.Secrets);
        if (!start.Terminal) return process with { Terminal = null };
        return process with
        {
            Terminal = new TerminalSize(start.Rows, start.Columns),
            Environment = process.Environment.Any(v => v.StartsWith("TERM=", StringComparison.Ordinal)) ? process.Environment : [.. process.Environment, "TERM=xterm"],
        };
    }
}
