using System.Collections.Concurrent;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>The engine's end of the conversation with the process that speaks to builders.</summary>
public sealed class RemoteSolverConnection : IRemoteSolver, IAsyncDisposable
{
    private readonly FrameChannel<Frame> _channel;
    private readonly ConcurrentDictionary<ulong, RemoteCall> _calls = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource<Hello> _greeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private Exception? _end;
    private ulong _last;

    /// <param name="channel">To the process; the connection owns it.</param>
    public RemoteSolverConnection(FrameChannel<Frame> channel)
    {
        _channel = channel;
        _reading = Task.Run(ReadAllAsync);
    }

    /// <summary>Waits for the process's greeting, and names the builders. Throws MBK2614 when it ends before, MBK2613 when it is of another version.</summary>
    public async Task OpenAsync(Builders builders, CancellationToken cancellationToken)
    {
        var hello = await _greeting.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (hello.Version != RemoteSolverServer.Version) throw RemoteErrors.OtherVersion(hello.Version);
        await SendAsync(new Frame { Builders = builders }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<Digest> SolveAsync(RemoteGraph graph, IProgress<BuildEvent>? progress, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _last);
        using var call = new RemoteCall(graph, progress, frame => SendAsync(Numbered(frame, number), CancellationToken.None));
        _calls[number] = call;
        try
        {
            if (Volatile.Read(ref _end) is { } end) call.Fail(end);
            foreach (var frame in GraphOnWire.ToWire(graph)) await SendAsync(Numbered(frame, number), cancellationToken).ConfigureAwait(false);
            return await call.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (WorkerException e) when (cancellationToken.IsCancellationRequested)
        {
            // What stops a build may stop the process too, and first.
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        finally
        {
            _calls.TryRemove(number, out _);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _closing.Dispose();
        _channel.Dispose();
    }

    private static Frame Numbered(Frame frame, ulong call)
    {
        frame.Call = call;
        return frame;
    }

    private async Task SendAsync(Frame frame, CancellationToken cancellationToken)
    {
        try
        {
            await _channel.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw RemoteErrors.Ended(e);
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
        var end = RemoteErrors.Ended(reason);
        Volatile.Write(ref _end, end);
        _greeting.TrySetException(end);
        _ = _greeting.Task.Exception;
        foreach (var call in _calls.Values) call.Fail(end);
    }

    private void Take(Frame frame)
    {
        if (frame.BodyCase == Frame.BodyOneofCase.Hello) _greeting.TrySetResult(frame.Hello);
        if (_calls.TryGetValue(frame.Call, out var call)) call.Hear(frame);
    }
}
