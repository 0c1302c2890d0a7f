using System.Threading.Channels;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Remote.Protocol;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>The other end: has graphs solved until the engine's side closes, then stops what still runs.</summary>
/// <param name="channel">To the engine.</param>
/// <param name="open">Speaks to the builders that an engine names; throws a <see cref="Diagnostics.BuildException"/> when they make no sense.</param>
/// <param name="time">The clock.</param>
public sealed class RemoteSolverServer(FrameChannel<Frame> channel, Func<Builders, IRemoteSolver> open, TimeProvider time)
{
    /// <summary>The version of the protocol that this code speaks.</summary>
    public const int Version = 1;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Channel<Frame> _outbox = Channel.CreateUnbounded<Frame>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<ulong, List<Tree>> _trees = [];
    private readonly Dictionary<ulong, ServedGraph> _graphs = [];

    /// <summary>Serves until the engine ends. Returns when every graph has ended too, or will not.</summary>
    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        var sent = SendAllAsync();
        Say(new Frame { Hello = new Hello { Version = Version } });
        try
        {
            if (await channel.ReadAsync(cancellationToken).ConfigureAwait(false) is { BodyCase: Frame.BodyOneofCase.Builders } first) await ServeAsync(first.Builders, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException)
        {
            // An engine that cannot be understood, or whose pipe broke, is gone.
        }
        _outbox.Writer.TryComplete();
        await sent.ConfigureAwait(false);
    }

    private async Task ServeAsync(Builders builders, CancellationToken cancellationToken)
    {
        var solver = new Lazy<IRemoteSolver>(() => open(builders));
        var store = new LocalContentStore(builders.Store);
        await using var closed = store.ConfigureAwait(false);
        var facts = new FileFactsCache(Path.Combine(store.Root, "facts"), time);
        try
        {
            while (await channel.ReadAsync(cancellationToken).ConfigureAwait(false) is { } frame) Take(frame, store, facts, solver);
        }
        finally
        {
            await StopAsync().ConfigureAwait(false);
        }
    }

    private void Take(Frame frame, LocalContentStore store, FileFactsCache facts, Lazy<IRemoteSolver> solver)
    {
        switch (frame.BodyCase)
        {
            case Frame.BodyOneofCase.Tree: TreesOf(frame.Call).Add(frame.Tree); break;
            case Frame.BodyOneofCase.Graph: Begin(frame, store, facts, solver); break;
            case Frame.BodyOneofCase.Cancel: _graphs.GetValueOrDefault(frame.Call)?.Stop(); break;
            case Frame.BodyOneofCase.Answer: _graphs.GetValueOrDefault(frame.Call)?.Hear(frame.Answer); break;
        }
    }

    private async Task StopAsync()
    {
        foreach (var graph in _graphs.Values) graph.Stop();
        try
        {
            await Task.WhenAll(_graphs.Values.Select(g => g.Ended)).WaitAsync(s_patience, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The end of this process ends the connection to the builder, and so the build there.
        }
    }

    private List<Tree> TreesOf(ulong call) => _trees.TryGetValue(call, out var trees) ? trees : _trees[call] = [];

    private void Begin(Frame frame, LocalContentStore store, FileFactsCache facts, Lazy<IRemoteSolver> solver)
    {
        var call = frame.Call;
        var graph = _graphs[call] = new ServedGraph(said =>
        {
            said.Call = call;
            Say(said);
        });
        graph.Start(frame.Graph, TreesOf(call), store, facts, solver);
        _trees.Remove(call);
    }

    private void Say(Frame frame) => _outbox.Writer.TryWrite(frame);

    private async Task SendAllAsync()
    {
        try
        {
            await foreach (var frame in _outbox.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false)) await channel.WriteAsync(frame, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Nobody listens any more; the end of the input says so too.
        }
    }
}
