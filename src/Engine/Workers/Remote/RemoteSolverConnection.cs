using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>The engine's end of the conversation with the process that speaks to builders.</summary>
/// <param name="channel">To the process; the connection owns it.</param>
public sealed class RemoteSolverConnection(FrameChannel<Frame> channel) : FrameConnection<Frame>(channel), IRemoteSolver
{
    /// <summary>Waits for the process's greeting, and names the builders. Throws MBK2614 when it ends before, MBK2613 when it is of another version.</summary>
    public async Task OpenAsync(Builders builders, CancellationToken cancellationToken)
    {
        var version = await GreetingAsync(cancellationToken).ConfigureAwait(false);
        if (version != RemoteSolverServer.Version) throw RemoteErrors.OtherVersion(version);
        await SendAsync(new Frame { Builders = builders }, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<Digest> SolveAsync(RemoteGraph graph, IProgress<BuildEvent>? progress, CancellationToken cancellationToken)
    {
        var number = NextNumber();
        using var call = new RemoteCall(graph, progress, frame => SendAsync(Numbered(frame, number), CancellationToken.None));
        Enter(number, call);
        try
        {
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
            Leave(number);
        }
    }

    private protected override (ulong Call, int? Greeting) Read(Frame frame) => (frame.Call, frame.Hello?.Version);

    private protected override WorkerException Ended(Exception? inner) => RemoteErrors.Ended(inner);

    private static Frame Numbered(Frame frame, ulong call)
    {
        frame.Call = call;
        return frame;
    }
}
