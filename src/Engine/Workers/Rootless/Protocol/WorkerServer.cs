using System.Collections.Concurrent;
using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>The worker's end: takes calls until the engine's side closes, then stops what still runs.</summary>
/// <param name="channel">To the engine.</param>
/// <param name="steps">Runs steps.</param>
/// <param name="caches">Takes caches out and puts them in.</param>
/// <param name="containers">Has containers.</param>
/// <param name="greeted">Is called once the engine knows that the worker is there: what it needs later need not be waited for before.</param>
/// <param name="memory">Is told of calls.</param>
public sealed class WorkerServer(FrameChannel<Frame> channel, IStepExecutor steps, ICacheExecutor caches, IContainerExecutor containers, Action? greeted = null, IdleMemory? memory = null)
{
    /// <summary>The version of the protocol that this code speaks.</summary>
    public const int Version = 5;

    private readonly ConcurrentDictionary<ulong, CancellationTokenSource> _running = new();
    private readonly ConcurrentDictionary<ulong, Conversation> _conversations = new();

    /// <summary>Serves until the engine ends. Returns when every call has ended too.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        var calls = new ConcurrentDictionary<ulong, Task>();
        try
        {
            await channel.WriteAsync(new Frame { Hello = new Hello { Version = Version } }, cancellationToken).ConfigureAwait(false);
            greeted?.Invoke();
            while (await channel.ReadAsync(cancellationToken).ConfigureAwait(false) is { } frame)
                switch (frame.BodyCase)
                {
                    case Frame.BodyOneofCase.Cancel: Stop(frame.Call); break;
                    case Frame.BodyOneofCase.Bytes or Frame.BodyOneofCase.Room or Frame.BodyOneofCase.Resize or Frame.BodyOneofCase.Signal: Tell(frame); break;
                    default: Keep(calls, frame.Call, Begin(frame)); break;
                }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException)
        {
            // An engine that cannot be understood, or whose pipe broke, is gone.
        }
        foreach (var call in _running.Keys) Stop(call);
        await Task.WhenAll(calls.Values).ConfigureAwait(false);
    }

    // A call may have ended before it is kept.
    private static void Keep(ConcurrentDictionary<ulong, Task> calls, ulong call, Task running)
    {
        calls[call] = running;
        _ = running.ContinueWith(_ => calls.TryRemove(call, out Task? _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private Task Begin(Frame frame)
    {
        var call = frame.Call;
        var stop = new CancellationTokenSource();
        _running[call] = stop;
        memory?.Enter();
        // What else is said in it may follow at once.
        if (frame.BodyCase is Frame.BodyOneofCase.OpenContainer or Frame.BodyOneofCase.StartProcess) _conversations[call] = new Conversation(call, SendAsync);
        return Task.Run(async () =>
        {
            var answer = await AnswerAsync(frame, stop.Token).ConfigureAwait(false);
            _running.TryRemove(call, out _);
            _conversations.TryRemove(call, out _);
            await SendAsync(answer).ConfigureAwait(false);
            memory?.Leave();
            stop.Dispose();
        });
    }

    private async Task<Frame> AnswerAsync(Frame frame, CancellationToken cancellationToken)
    {
        var call = frame.Call;
        try
        {
            ValueTask Log(int stream, ReadOnlyMemory<byte> data) =>
                new(SendAsync(new Frame { Call = call, Log = new Log { Stream = stream, Data = ByteString.CopyFrom(data.Span) } }));
            return new Frame { Call = call, Done = await ExecuteAsync(frame, Log, cancellationToken).ConfigureAwait(false) };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new Frame { Call = call, Failure = new Failure() };
        }
        catch (BuildException e)
        {
            return new Frame { Call = call, Failure = Failures.ToWire(e) };
        }
        catch (Exception e)
        {
            // Whatever else happened happened to this call alone, and the engine must hear of it.
            return new Frame { Call = call, Failure = new Failure { Code = WorkerException.WorkerFault, Kind = (int)ErrorKind.Unavailable, Message = $"The worker failed: {e.GetType().Name}: {e.Message}" } };
        }
    }

    private Task<Done> ExecuteAsync(Frame frame, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken) => frame.BodyCase switch
    {
        Frame.BodyOneofCase.RunStep => steps.RunAsync(frame.RunStep, log, cancellationToken),
        Frame.BodyOneofCase.UnpackLayers => steps.UnpackAsync(frame.UnpackLayers, cancellationToken),
        Frame.BodyOneofCase.ExportCache => caches.ExportAsync(frame.ExportCache, log, cancellationToken),
        Frame.BodyOneofCase.ImportCache => caches.ImportAsync(frame.ImportCache, log, cancellationToken),
        Frame.BodyOneofCase.RemoveCaches => caches.RemoveAsync(frame.RemoveCaches, cancellationToken),
        Frame.BodyOneofCase.OpenContainer => containers.OpenAsync(frame.OpenContainer, _conversations[frame.Call], cancellationToken),
        Frame.BodyOneofCase.StartProcess => containers.StartAsync(frame.StartProcess, _conversations[frame.Call], cancellationToken),
        Frame.BodyOneofCase.ReadFiles => containers.ReadAsync(frame.ReadFiles, cancellationToken),
        _ => throw new InvalidDataException($"'{frame.BodyCase}' is no call"),
    };

    private async Task SendAsync(Frame frame)
    {
        try
        {
            await channel.WriteAsync(frame, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody listens any more; the end of the input says so too.
        }
    }

    private void Tell(Frame frame)
    {
        // What comes for a call that has ended is late.
        if (_conversations.TryGetValue(frame.Call, out var conversation)) conversation.Hear(frame);
    }

    private void Stop(ulong call)
    {
        try
        {
            if (_running.TryGetValue(call, out var stop)) stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile.
        }
    }
}
