using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>The engine's end: many calls at once over one channel.</summary>
/// <remarks>A call lasts until its Done or Failure arrives, also when it is cancelled: what a step holds is free only then. When the worker
/// ends, every call fails.</remarks>
/// <param name="channel">To the worker; the connection owns it.</param>
public sealed class WorkerConnection(FrameChannel<Frame> channel) : FrameConnection<Frame>(channel)
{
    /// <summary>Waits for the worker's greeting. Throws MBK2006 when it ends before, MBK2007 when it is of another version.</summary>
    public async Task GreetAsync(CancellationToken cancellationToken)
    {
        var version = await GreetingAsync(cancellationToken).ConfigureAwait(false);
        if (version != WorkerServer.Version)
            throw new WorkerException(WorkerException.OtherVersion, ErrorKind.FailedPrecondition,
                $"The worker speaks version {version} of the protocol and this build version {WorkerServer.Version}. Install both anew from one package.");
    }

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
        var number = NextNumber();
        var call = new WorkerCall(number, hear, SendAsync, () => Leave(number));
        Enter(number, call);
        return call;
    }

    private protected override (ulong Call, int? Greeting) Read(Frame frame) => (frame.Call, frame.Hello?.Version);

    private protected override WorkerException Ended(Exception? inner) => new(WorkerException.WorkerEnded, ErrorKind.Unavailable,
        "The worker process ended before its steps did. Something killed it, or memory ran out. Build again.", inner);
}
