using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Remote.Protocol;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>A graph that this process has solved for an engine.</summary>
/// <param name="say">Says something of it to the engine.</param>
internal sealed class ServedGraph(Action<Frame> say) : IProgress<BuildEvent>
{
    private readonly CancellationTokenSource _stop = new();
    private AskedSession? _session;

    /// <summary>Ends when it has been answered.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins.</summary>
    public void Start(Graph wire, IReadOnlyList<Tree> trees, LocalContentStore store, FileFactsCache facts, Lazy<IRemoteSolver> solver)
    {
        var session = _session = new AskedSession(wire, trees, store, question => say(new Frame { Question = question }));
        Ended = Task.Run(async () => say(await AnswerAsync(wire, session, store, facts, solver).ConfigureAwait(false)));
    }

    /// <summary>Has it end.</summary>
    public void Stop() => _ = _stop.CancelAsync();

    /// <summary>Takes an answer of the engine's.</summary>
    public void Hear(Answer answer) => _session?.Hear(answer);

    /// <inheritdoc />
    public void Report(BuildEvent value)
    {
        if (EventsOnWire.ToWire(value) is { } wire) say(new Frame { Event = wire });
    }

    private async Task<Frame> AnswerAsync(Graph wire, AskedSession session, LocalContentStore store, FileFactsCache facts, Lazy<IRemoteSolver> solver)
    {
        try
        {
            var manifest = await solver.Value.SolveAsync(GraphOnWire.FromWire(wire, session, store, facts), this, _stop.Token).ConfigureAwait(false);
            return new Frame { Solved = new Solved { Manifest = manifest.ToString() } };
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return new Frame { Failure = new Failure() };
        }
        catch (BuildException e)
        {
            return new Frame { Failure = EventsOnWire.ToWire(e) };
        }
        catch (Exception e)
        {
            return new Frame { Failure = EventsOnWire.ToWire(RemoteErrors.Fault(e)) };
        }
    }
}
