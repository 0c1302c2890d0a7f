using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Solving;

/// <summary>Finds the result of an edge, running only what must run.</summary>
/// <remarks>
/// Pull-based: whoever needs a vertex's key or results asks for them, and the first to ask starts the one computation that all
/// share. A vertex is looked up by its definition key first; on a hit nothing below it is run. On a miss its inputs are solved, it
/// is looked up by the content of theirs that it uses, and only then run: under a lock that other processes respect, and after looking once more,
/// since one of them may have done the work meanwhile. What ran is remembered while those above it go on. The slots are the one owner of parallelism. The first failure
/// stops the rest, and nothing that failed or was cancelled is remembered.
/// A solver serves one build. Its vertices are visited inputs first, so that depth costs no stack.
/// </remarks>
public sealed partial class Solver<TResult> : IDisposable
    where TResult : class
{
    private readonly IVertexWorker<TResult> _worker;
    private readonly ICacheIndex _index;
    private readonly IKeyLock _locks;
    private readonly SolverOptions _options;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentDictionary<Edge, IReadOnlyList<Node>> _solved = new();

    public Solver(IVertexWorker<TResult> worker, ICacheIndex index, IKeyLock locks, SolverOptions options)
    {
        (_worker, _index, _locks, _options) = (worker, index, locks, options);
        _slots = options.Shared ?? new SemaphoreSlim(options.Slots);
    }

    /// <summary>The result of <paramref name="edge"/>. Throws <see cref="SolveException"/> naming the vertex that failed.</summary>
    public async Task<TResult> SolveAsync(Edge edge, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var nodes = Visit(edge, stop);
        try
        {
            var results = await nodes[^1].ResultsAsync().ConfigureAwait(false);
            foreach (var node in nodes) await node.RememberedAsync().ConfigureAwait(false);
            _solved[edge] = nodes;
            return results[edge.Output]!;
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(nodes.Select(n => n.SettleAsync())).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (nodes.Select(n => n.Failure).FirstOrDefault(f => f is not null) is { } failure) throw failure;
            throw;
        }
    }

    /// <summary>The results of the vertices of an edge that was solved, inputs first, as far as they are known: what was not needed because something above it
    /// was found is looked up. Nothing runs but what is free.</summary>
    public async Task<IReadOnlyList<(Vertex Vertex, IReadOnlyList<TResult?> Results)>> FindKnownAsync(Edge edge, CancellationToken cancellationToken)
    {
        var known = new List<(Vertex, IReadOnlyList<TResult?>)>();
        foreach (var node in _solved.GetValueOrDefault(edge) ?? [])
            if (await node.FindKnownAsync(cancellationToken).ConfigureAwait(false) is { } results) known.Add((node.Vertex, results));
        return known;
    }

    /// <summary>What became of the vertices of an edge that was solved, inputs first. What was not needed because something above it was found is told of as
    /// far as it is in the index or in caches from elsewhere; nothing runs.</summary>
    public async Task<IReadOnlyList<SolvedVertex<TResult>>> CollectAsync(Edge edge, CancellationToken cancellationToken)
    {
        var collected = new List<SolvedVertex<TResult>>();
        foreach (var node in _solved.GetValueOrDefault(edge) ?? [])
            if (await node.CollectAsync(cancellationToken).ConfigureAwait(false) is { } solved) collected.Add(solved);
        return collected;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_options.Shared is null) _slots.Dispose();
    }

    // Inputs first, so that the last is the root.
    private List<Node> Visit(Edge root, CancellationTokenSource stop)
    {
        var nodes = new Dictionary<Vertex, Node>();
        var order = new List<Node>();
        foreach (var vertex in root.Vertices())
        {
            var node = nodes[vertex] = new Node(this, vertex, [.. vertex.Inputs.Select(i => (nodes[i.Vertex], i.Output))], stop);
            foreach (var input in vertex.Inputs) nodes[input.Vertex].Need(input.Output);
            order.Add(node);
        }
        nodes[root.Vertex].Need(root.Output);
        return order;
    }
}
