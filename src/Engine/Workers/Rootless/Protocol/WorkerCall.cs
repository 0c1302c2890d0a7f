namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>The engine's end of one call. Disposed, nothing of it is heard any more.</summary>
public sealed class WorkerCall : IFrameCall<Frame>, IDisposable
{
    private readonly TaskCompletionSource<Done?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<Frame> _hear;
    private readonly Func<Frame, CancellationToken, Task> _send;
    private readonly Action _forget;
    private volatile bool _isBegun;

    internal WorkerCall(ulong number, Action<Frame> hear, Func<Frame, CancellationToken, Task> send, Action forget) => (Number, _hear, _send, _forget) = (number, hear, send, forget);

    /// <summary>What it is called on the wire.</summary>
    public ulong Number { get; }

    /// <summary>How it ended; <c>null</c> when it was cancelled.</summary>
    public Task<Done?> Result => _result.Task;

    /// <summary>Sends a frame of this call. Throws MBK2006 when the worker has ended.</summary>
    public async Task SendAsync(Frame frame, CancellationToken cancellationToken)
    {
        frame.Call = Number;
        await _send(frame, cancellationToken).ConfigureAwait(false);
        _isBegun = true;
    }

    /// <summary>Asks the worker to end it, which it then does: <see cref="Result"/> says when.</summary>
    public async Task CancelAsync()
    {
        try
        {
            await SendAsync(new Frame { Cancel = new Cancel() }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (WorkerException)
        {
            // The worker is gone, and the call with it.
        }
    }

    /// <summary>Asks the worker to end it, and waits until it has.</summary>
    public async Task EndAsync()
    {
        // The worker answers no call that it never heard of.
        if (!_isBegun) Complete(null);
        if (!Result.IsCompleted) await CancelAsync().ConfigureAwait(false);
        await ((Task)Result).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Waits for something that happens before the end. Throws why it ended when that came first.</summary>
    public async Task UntilAsync(Task happened, CancellationToken cancellationToken)
    {
        await Task.WhenAny(happened, Result).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!happened.IsCompleted && await Result.ConfigureAwait(false) is null) throw new OperationCanceledException(new CancellationToken(true));
    }

    /// <inheritdoc />
    public void Dispose() => _forget();

    void IFrameCall<Frame>.Hear(Frame frame)
    {
        switch (frame.BodyCase)
        {
            case Frame.BodyOneofCase.Done: Complete(frame.Done); break;
            case Frame.BodyOneofCase.Failure when frame.Failure.Code.Length == 0: Complete(null); break;
            case Frame.BodyOneofCase.Failure: Fail(Failures.FromWire(frame.Failure)); break;
            default: _hear(frame); break;
        }
    }

    void IFrameCall<Frame>.Fail(Exception end) => Fail(end);

    private void Complete(Done? done) => _result.TrySetResult(done);

    private void Fail(Exception end) => _result.TrySetException(end);
}
