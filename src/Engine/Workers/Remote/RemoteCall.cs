using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>A graph that is being solved by the process that speaks to builders, as the engine sees it.</summary>
/// <param name="graph">What is solved.</param>
/// <param name="progress">Hears what happens.</param>
/// <param name="send">Sends a frame that belongs to it.</param>
internal sealed class RemoteCall(RemoteGraph graph, IProgress<BuildEvent>? progress, Func<Frame, Task> send) : IFrameCall<Frame>, IDisposable
{
    // Whoever cancels must not wait for a builder that does not answer.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(700);

    private readonly TaskCompletionSource<Digest?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ended = new();

    /// <summary>The digest of the result. When it is cancelled the process is told so.</summary>
    public async Task<Digest> WaitAsync(CancellationToken cancellationToken)
    {
        await using (cancellationToken.UnsafeRegister(_ => _ = CancelAsync(), null).ConfigureAwait(false))
            return await _result.Task.ConfigureAwait(false) ?? throw new OperationCanceledException(cancellationToken.IsCancellationRequested ? cancellationToken : new CancellationToken(true));
    }

    /// <inheritdoc />
    public void Hear(Frame frame)
    {
        switch (frame.BodyCase)
        {
            case Frame.BodyOneofCase.Event when EventsOnWire.FromWire(frame.Event) is { } happened: progress?.Report(happened); break;
            case Frame.BodyOneofCase.Question: _ = Task.Run(() => AnswerAsync(frame.Question)); break;
            case Frame.BodyOneofCase.Solved when Digest.TryParse(frame.Solved.Manifest, out var digest): _result.TrySetResult(digest); break;
            case Frame.BodyOneofCase.Failure when frame.Failure.Code.Length == 0: _result.TrySetResult(null); break;
            case Frame.BodyOneofCase.Failure: Fail(EventsOnWire.FromWire(frame.Failure)); break;
        }
    }

    /// <inheritdoc />
    public void Fail(Exception end)
    {
        _result.TrySetException(end);
        _ = _result.Task.Exception;
    }

    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private async Task CancelAsync()
    {
        try
        {
            await send(new Frame { Cancel = new Cancel() }).ConfigureAwait(false);
            await ((Task)_result.Task.WaitAsync(s_patience)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (WorkerException)
        {
            // It is gone: so much the better.
        }
        _result.TrySetResult(null);
    }

    private async Task AnswerAsync(Question question)
    {
        try
        {
            await send(new Frame { Answer = await new LentContent(graph).AnswerAsync(question, _ended.Token).ConfigureAwait(false) }).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WorkerException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody waits for the answer any more.
        }
    }
}
