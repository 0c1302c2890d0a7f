using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

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
public sealed class Solver<TResult> : IDisposable
    where TResult : class
{
    private readonly IVertexWorker<TResult> _worker;
    private readonly ICacheIndex _index;
    private readonly IKeyLock _locks;
    private readonly SolverOptions _options;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentDictionary<Digest, IReadOnlyList<TResult>> _done = new();

    public Solver(IVertexWorker<TResult> worker, ICacheIndex index, IKeyLock locks, SolverOptions options)
    {
        (_worker, _index, _locks, _options) = (worker, index, locks, options);
        _slots = new SemaphoreSlim(options.Slots);
    }

    /// <summary>The result of <paramref name="edge"/>. Throws <see cref="SolveException"/> naming the vertex that failed.</summary>
    public async Task<TResult> SolveAsync(Edge edge, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var nodes = Visit(edge.Vertex, stop);
        try
        {
            var results = await nodes[edge.Vertex].ResultsAsync().ConfigureAwait(false);
            foreach (var node in nodes.Values) await node.RememberedAsync().ConfigureAwait(false);
            return results[edge.Output];
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(nodes.Values.Select(n => n.SettleAsync())).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (nodes.Values.Select(n => n.Failure).FirstOrDefault(f => f is not null) is { } failure) throw failure;
            throw;
        }
    }

    /// <summary>Results of an edge's vertices as far as they are known, inputs first: what this solver came to, or what is remembered. Nothing is run but what is told not to be work.</summary>
    /// <param name="edge">Solved before.</param>
    /// <param name="isNoWork">Vertices that are run all the same, if everything below them is known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<(Vertex Vertex, IReadOnlyList<TResult> Results)>> FindKnownAsync(Edge edge, Func<Vertex, bool> isNoWork, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var found = new List<(Vertex, IReadOnlyList<TResult>)>();
        var known = new Dictionary<Vertex, IReadOnlyList<TResult>>();
        var nodes = Visit(edge.Vertex, stop);
        foreach (var vertex in edge.Vertices())
        {
            var inputs = isNoWork(vertex) && vertex.Inputs.All(i => known.ContainsKey(i.Vertex)) ? vertex.Inputs.Select(i => known[i.Vertex][i.Output]).ToList() : null;
            if (await nodes[vertex].FindKnownAsync(inputs).ConfigureAwait(false) is not { } results) continue;
            known[vertex] = results;
            found.Add((vertex, results));
        }
        return found;
    }

    /// <inheritdoc />
    public void Dispose() => _slots.Dispose();

    private Dictionary<Vertex, Node> Visit(Vertex root, CancellationTokenSource stop)
    {
        var nodes = new Dictionary<Vertex, Node>();
        var path = new Stack<Vertex>([root]);
        while (path.TryPeek(out var vertex))
        {
            var waiting = false;
            foreach (var input in vertex.Inputs)
                if (!nodes.ContainsKey(input.Vertex))
                {
                    path.Push(input.Vertex);
                    waiting = true;
                }
            if (waiting) continue;
            path.Pop();
            nodes.TryAdd(vertex, new Node(this, vertex, [.. vertex.Inputs.Select(i => (nodes[i.Vertex], i.Output))], stop));
        }
        return nodes;
    }

    /// <summary>One vertex's questions, each answered once.</summary>
    private sealed class Node
    {
        private readonly Solver<TResult> _solver;
        private readonly Vertex _vertex;
        private readonly IReadOnlyList<(Node Node, int Output)> _inputs;
        private readonly CancellationTokenSource _stop;
        private readonly Lazy<Task<Digest>> _own;
        private readonly Lazy<Task<Digest>> _key;
        private readonly Lazy<Task<IReadOnlyList<TResult>>> _results;
        private Task _remembering = Task.CompletedTask;

        public Node(Solver<TResult> solver, Vertex vertex, IReadOnlyList<(Node, int)> inputs, CancellationTokenSource stop)
        {
            (_solver, _vertex, _inputs, _stop) = (solver, vertex, inputs, stop);
            _own = new(() => Task.Run(() => Guard(() => _solver._worker.KeyAsync(_vertex, _stop.Token))));
            _key = new(() => Task.Run(ComputeKeyAsync));
            _results = new(() => Task.Run(ComputeResultsAsync));
        }

        public SolveException? Failure { get; private set; }

        public Task<IReadOnlyList<TResult>> ResultsAsync() => _results.Value;

        /// <summary>The results if they are known, or if there are inputs to do what is no work.</summary>
        public async Task<IReadOnlyList<TResult>?> FindKnownAsync(IReadOnlyList<TResult>? inputs)
        {
            if (_solver._done.TryGetValue(_vertex.Digest, out var done)) return done;
            if (await FindAsync(await Share(_key.Value).ConfigureAwait(false)).ConfigureAwait(false) is { } remembered) return remembered;
            return inputs is null ? null : await Guard(() => _solver._worker.RunAsync(_vertex, inputs, _stop.Token)).ConfigureAwait(false);
        }

        /// <summary>Waits until what ran is remembered.</summary>
        public Task RememberedAsync() => Volatile.Read(ref _remembering);

        /// <summary>Waits for whatever was started, and never throws.</summary>
        public async Task SettleAsync()
        {
            if (_own.IsValueCreated) await Quietly(_own.Value).ConfigureAwait(false);
            if (_key.IsValueCreated) await Quietly(_key.Value).ConfigureAwait(false);
            if (_results.IsValueCreated) await Quietly(_results.Value).ConfigureAwait(false);
            await Quietly(RememberedAsync()).ConfigureAwait(false);
        }

        private async Task<Digest> ComputeKeyAsync()
        {
            var own = await Share(_own.Value).ConfigureAwait(false);
            var inputs = new List<(Digest, int)>(_inputs.Count);
            foreach (var (node, _) in _inputs) _ = node._key.Value;
            foreach (var (node, output) in _inputs) inputs.Add((await Share(node._key.Value).ConfigureAwait(false), output));
            return CacheKeys.ByDefinition(own, inputs);
        }

        private async Task<IReadOnlyList<TResult>> ComputeResultsAsync()
        {
            var key = await Share(_key.Value).ConfigureAwait(false);
            if (await FindAsync(key).ConfigureAwait(false) is { } known) return Report(known, cached: true, TimeSpan.Zero);

            var inputs = await SolveInputsAsync().ConfigureAwait(false);
            var contentKey = await ComputeContentKeyAsync(inputs).ConfigureAwait(false);
            if (contentKey is { } content && await FindAsync(content).ConfigureAwait(false) is { } same)
            {
                await RememberAsync(same, key).ConfigureAwait(false);
                return Report(same, cached: true, TimeSpan.Zero);
            }
            return await RunAsync(key, contentKey, inputs).ConfigureAwait(false);
        }

        private async Task<IReadOnlyList<TResult>> RunAsync(Digest key, Digest? contentKey, IReadOnlyList<TResult> inputs)
        {
            await _solver._slots.WaitAsync(_stop.Token).ConfigureAwait(false);
            IDisposable? held = null;
            var goesOn = false;
            try
            {
                held = await Guard(() => _solver._locks.AcquireAsync(key.ToString(), _stop.Token)).ConfigureAwait(false);
                if (await FindAsync(key).ConfigureAwait(false) is { } meanwhile) return Report(meanwhile, cached: true, TimeSpan.Zero);

                var started = _solver._options.Time.GetTimestamp();
                Emit(new StepStarted(_vertex.Name));
                var results = await Guard(() => _solver._worker.RunAsync(_vertex, inputs, _stop.Token)).ConfigureAwait(false);
                Volatile.Write(ref _remembering, Task.Run(() => RememberAsync(held, results, contentKey is { } content ? [key, content] : [key])));
                goesOn = true;
                return Report(results, cached: false, _solver._options.Time.GetElapsedTime(started));
            }
            finally
            {
                if (!goesOn) Leave(held);
            }
        }

        // Whoever needs the results does not wait until the disk has their records. Other processes do, for they look for a record, and so
        // does the slot: what is under way at once stays bounded.
        private async Task RememberAsync(IDisposable held, IReadOnlyList<TResult> results, Digest[] keys)
        {
            try
            {
                await RememberAsync(results, keys).ConfigureAwait(false);
            }
            finally
            {
                Leave(held);
            }
        }

        private void Leave(IDisposable? held)
        {
            held?.Dispose();
            _solver._slots.Release();
        }

        private async Task<IReadOnlyList<TResult>> SolveInputsAsync()
        {
            foreach (var (node, _) in _inputs) _ = node._results.Value;
            var results = new List<TResult>(_inputs.Count);
            foreach (var (node, output) in _inputs) results.Add((await Share(node._results.Value).ConfigureAwait(false))[output]);
            return results;
        }

        private async Task<Digest?> ComputeContentKeyAsync(IReadOnlyList<TResult> inputs)
        {
            if (inputs.Count == 0) return null;
            var contents = new List<Digest>(inputs.Count);
            for (var i = 0; i < inputs.Count; i++)
            {
                var number = i;
                if (await Guard(() => _solver._worker.ContentKeyAsync(_vertex, number, inputs[number], _stop.Token)).ConfigureAwait(false) is not { } content) return null;
                contents.Add(content);
            }
            return CacheKeys.ByContent(await _own.Value.ConfigureAwait(false), contents);
        }

        private async Task<IReadOnlyList<TResult>?> FindAsync(Digest key)
        {
            if (_vertex.Metadata.IgnoreCache) return null;
            if (await _solver._index.FindAsync(key, _stop.Token).ConfigureAwait(false) is not { } record) return null;
            return await Guard(() => _solver._worker.LoadAsync(_vertex, record, _stop.Token)).ConfigureAwait(false);
        }

        // What was done is remembered also when something else fails meanwhile.
        private async Task RememberAsync(IReadOnlyList<TResult> results, params Digest[] keys)
        {
            if (await Guard(() => _solver._worker.SaveAsync(_vertex, results, CancellationToken.None)).ConfigureAwait(false) is not { } record) return;
            foreach (var key in keys) await _solver._index.SaveAsync(key, record, CancellationToken.None).ConfigureAwait(false);
        }

        private async Task<T> Guard<T>(Func<ValueTask<T>> work)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException || !_stop.IsCancellationRequested)
            {
                Failure = e is BuildException known ? new SolveException(_vertex, known) : new SolveException(_vertex, e);
                Emit(new StepCompleted(_vertex.Name, false, TimeSpan.Zero, Failure.Message) { Failure = Failure });
                await _stop.CancelAsync().ConfigureAwait(false);
                throw Failure;
            }
        }

        private IReadOnlyList<TResult> Report(IReadOnlyList<TResult> results, bool cached, TimeSpan elapsed)
        {
            _solver._done[_vertex.Digest] = results;
            Emit(new StepCompleted(_vertex.Name, cached, elapsed));
            return results;
        }

        private void Emit(BuildEvent happened) => _solver._options.Progress?.Report(happened with { Step = _vertex.Digest.ToString() });

        // A failure is kept by the vertex that had it; those above merely stop. Were its exception handed up through each of them, its
        // stack trace would grow with every one, and in a deep graph that alone would take longer than any build.
        private static async Task<T> Share<T>(Task<T> task)
        {
            await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!task.IsCompletedSuccessfully) throw new OperationCanceledException();
            return await task.ConfigureAwait(false);
        }

        private static async Task Quietly(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
