using System.Collections.Concurrent;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>The engine's end: many calls at once over one channel.</summary>
/// <remarks>A call lasts until its Done or Failure arrives, also when it is cancelled: what a step holds is free only then. When the worker
/// ends, every call fails.</remarks>
public sealed class WorkerConnection : IAsyncDisposable
{
    private readonly FrameChannel<Frame> _channel;
    private readonly ConcurrentDictionary<ulong, WorkerCall> _calls = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<Hello> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private Exception? _end;
    private ulong _last;

    /// <param name="channel">To the worker; the connection owns it.</param>
    public WorkerConnection(FrameChannel<Frame> channel)
    {
        _channel = channel;
        _reading = Task.Run(ReadAllAsync);
    }

    /// <summary>Waits for the worker's greeting. Throws MBK2006 when it ends before, MBK2007 when it is of another version.</summary>
    public async Task GreetAsync(CancellationToken cancellationToken)
    {
        var hello = await _greeting.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (hello.Version != WorkerServer.Version)
            throw new WorkerException(WorkerException.OtherVersion, ErrorKind.FailedPrecondition,
                $"The worker speaks version {hello.Version} of the protocol and this build version {WorkerServer.Version}. Install both anew from one package.");
    }

    /// <summary>Whether the worker is gone.</summary>
    public bool HasEnded => _reading.IsCompleted;

    /// <summary>Runs a step. <paramref name="log"/> is called in order, for whatever the step prints, before this returns.</summary>
    public Task<Done> RunAsync(RunStep step, Action<Log> log, CancellationToken cancellationToken) => CallAsync(new Frame { RunStep = step }, log, cancellationToken);

    /// <summary>Calls the worker with a frame that it answers with Done or Failure; its number is given here.</summary>
    public async Task<Done> CallAsync(Frame frame, Action<Log> log, CancellationToken cancellationToken)
    {
        using var call = Begin(heard =>
        {
            if (heard.BodyCase == Frame.BodyOneofCase.Log) log(heard.Log);
        });
        await call.SendAsync(frame, cancellationToken).ConfigureAwait(false);
        await using (cancellationToken.UnsafeRegister(_ => _ = call.CancelAsync(), null).ConfigureAwait(false))
        {
            var done = await call.Result.ConfigureAwait(false);
            return done ?? throw new OperationCanceledException(cancellationToken.IsCancellationRequested ? cancellationToken : new CancellationToken(true));
        }
    }

    /// <summary>Begins a call that is more than a question: both sides say things until its end. The caller sends its first frame.</summary>
    /// <param name="hear">Is called in order, for whatever the worker says before the end; it must not wait.</param>
    public WorkerCall Begin(Action<Frame> hear)
    {
        var number = Interlocked.Increment(ref _last);
        var call = new WorkerCall(number, hear, SendAsync, () => _calls.TryRemove(number, out _));
        _calls[number] = call;
        if (Volatile.Read(ref _end) is { } end) call.Fail(end);
        return call;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _closing.Dispose();
        _channel.Dispose();
    }

    private async Task SendAsync(Frame frame, CancellationToken cancellationToken)
    {
        try
        {
            await _channel.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Ended(e);
        }
    }

    private async Task ReadAllAsync()
    {
        Exception? reason = null;
        try
        {
            while (await _channel.ReadAsync(_closing.Token).ConfigureAwait(false) is { } frame) Take(frame);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException or ObjectDisposedException)
        {
            reason = e;
        }
        var end = Ended(reason);
        Volatile.Write(ref _end, end);
        _greeting.TrySetException(end);
        _ = _greeting.Task.Exception;
        foreach (var call in _calls.Values) call.Fail(end);
    }

    private void Take(Frame frame)
    {
        if (frame.BodyCase == Frame.BodyOneofCase.Hello) _greeting.TrySetResult(frame.Hello);
        if (!_calls.TryGetValue(frame.Call, out var call)) return;
        switch (frame.BodyCase)
        {
            case Frame.BodyOneofCase.Done: call.Complete(frame.Done); break;
            case Frame.BodyOneofCase.Failure when frame.Failure.Code.Length == 0: call.Complete(null); break;
            case Frame.BodyOneofCase.Failure: call.Fail(Failures.FromWire(frame.Failure)); break;
            default: call.Hear(frame); break;
        }
    }

    private static WorkerException Ended(Exception? inner) => new(WorkerException.WorkerEnded, ErrorKind.Unavailable,
        "The worker process ended before its steps did. Something killed it, or memory ran out. Build again.", inner);
}
