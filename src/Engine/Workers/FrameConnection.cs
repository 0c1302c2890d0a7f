using System.Collections.Concurrent;
using Google.Protobuf;

namespace MsBuildKit.Engine.Workers;

/// <summary>The engine's end of a conversation with a process of ours: after its greeting, many calls at once over one channel. When the process ends, every call fails.</summary>
public abstract class FrameConnection<TFrame> : IAsyncDisposable
    where TFrame : class, IMessage<TFrame>
{
    private readonly FrameChannel<TFrame> _channel;
    private readonly ConcurrentDictionary<ulong, IFrameCall<TFrame>> _calls = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<int> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private Exception? _end;
    private ulong _last;

    private protected FrameConnection(FrameChannel<TFrame> channel)
    {
        _channel = channel;
        _reading = Task.Run(ReadAllAsync);
    }

    /// <summary>Whether the process is gone.</summary>
    public bool HasEnded => _reading.IsCompleted;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _closing.Dispose();
        _channel.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Which call a frame belongs to, and the version that it tells when it is the greeting.</summary>
    private protected abstract (ulong Call, int? Greeting) Read(TFrame frame);

    /// <summary>What is thrown once the process is gone.</summary>
    private protected abstract WorkerException Ended(Exception? inner);

    /// <summary>The version that the process greets with. Throws when it ends before.</summary>
    private protected Task<int> GreetingAsync(CancellationToken cancellationToken) => _greeting.Task.WaitAsync(cancellationToken);

    /// <summary>A number that no other call has.</summary>
    private protected ulong NextNumber() => Interlocked.Increment(ref _last);

    /// <summary>Lets a call hear what is said to its number. It fails at once when the process is gone.</summary>
    private protected void Enter(ulong number, IFrameCall<TFrame> call)
    {
        _calls[number] = call;
        if (Volatile.Read(ref _end) is { } end) call.Fail(end);
    }

    /// <summary>The call hears nothing any more.</summary>
    private protected void Leave(ulong number) => _calls.TryRemove(number, out _);

    private protected async Task SendAsync(TFrame frame, CancellationToken cancellationToken)
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

    private void Take(TFrame frame)
    {
        var (number, greeting) = Read(frame);
        if (greeting is { } version) _greeting.TrySetResult(version);
        if (_calls.TryGetValue(number, out var call)) call.Hear(frame);
    }
}
