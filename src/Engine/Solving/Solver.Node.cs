using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Solving;

public sealed partial class Solver<TResult>
{
    /// <summary>One vertex's questions, each answered once.</summary>
    private sealed class Node
    {
        private readonly Solver<TResult> _solver;
        private readonly Vertex _vertex;
        private readonly IReadOnlyList<(Node Node, int Output)> _inputs;
        private readonly CancellationTokenSource _stop;
        private readonly Lazy<Task<Digest>> _own;
        private readonly Lazy<Task<Digest>> _key;
        private readonly Lazy<Task<IReadOnlyList<TResult?>>> _results;
        private readonly HashSet<int> _needed = [];
        private Task _remembering = Task.CompletedTask;
        private IReadOnlyList<TResult?>? _known;
        private Digest? _contentKey;
        private bool _isImported;

        public Node(Solver<TResult> solver, Vertex vertex, IReadOnlyList<(Node, int)> inputs, CancellationTokenSource stop)
        {
            (_solver, _vertex, _inputs, _stop) = (solver, vertex, inputs, stop);
            _own = new(() => Task.Run(() => Guard(() => _solver._worker.KeyAsync(_vertex, _stop.Token))));
            _key = new(() => Task.Run(ComputeKeyAsync));
            _results = new(() => Task.Run(ComputeResultsAsync));
        }

        public SolveException? Failure { get; private set; }

        public Task<IReadOnlyList<TResult?>> ResultsAsync() => _results.Value;

        /// <summary>Somebody needs one of the outputs. All say so before anything is solved.</summary>
        public void Need(int output) => _needed.Add(output);

        public Vertex Vertex => _vertex;

        /// <summary>The results of the vertex, after its inputs were asked the same; <c>null</c> when they are nowhere.</summary>
        public async Task<IReadOnlyList<TResult?>?> FindKnownAsync(CancellationToken cancellationToken) =>
            _known ??= _results.IsValueCreated ? await _results.Value.ConfigureAwait(false) : await RecallAsync(await _key.Value.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

        /// <summary>What became of the vertex, after its inputs were asked the same; <c>null</c> for one whose results are nowhere.</summary>
        public async Task<SolvedVertex<TResult>?> CollectAsync(CancellationToken cancellationToken)
        {
            var key = await _key.Value.ConfigureAwait(false);
            if (await FindKnownAsync(cancellationToken).ConfigureAwait(false) is not { } known) return null;
            // What a cache from elsewhere has, it has by all its names: inputs that are elsewhere too would only make one more.
            if (_contentKey is null && !_isImported && KnownInputs is { } inputs) _contentKey = await ComputeContentKeyAsync(inputs, cancellationToken).ConfigureAwait(false);
            return new SolvedVertex<TResult>(_vertex, _contentKey is { } content ? [key, content] : [key], known);
        }

        private IReadOnlyList<TResult>? KnownInputs => _inputs.Select(i => i.Node._known?[i.Output]).OfType<TResult>().ToList() is { } known && known.Count == _inputs.Count ? known : null;

        private async Task<IReadOnlyList<TResult?>?> RecallAsync(Digest key, CancellationToken cancellationToken)
        {
            if (_solver._worker.IsFree(_vertex) && KnownInputs is { } inputs) return await _solver._worker.RunAsync(_vertex, inputs, cancellationToken).ConfigureAwait(false);
            if (await _solver._index.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } record
                && await _solver._worker.LoadAsync(_vertex, record, cancellationToken).ConfigureAwait(false) is { } own) return own;
            if (_solver._options.Imports is not { } imports || await imports.FindAsync(_vertex, key, cancellationToken).ConfigureAwait(false) is not { } imported) return null;
            _isImported = true;
            return await _solver._worker.LoadAsync(_vertex, imported, cancellationToken).ConfigureAwait(false);
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

        private async Task<IReadOnlyList<TResult?>> ComputeResultsAsync()
        {
            var key = await Share(_key.Value).ConfigureAwait(false);
            if (await FindAsync(key).ConfigureAwait(false) is { } known) return Report(known, cached: true, TimeSpan.Zero);

            var inputs = await SolveInputsAsync().ConfigureAwait(false);
            _contentKey = await Guard(async () => await ComputeContentKeyAsync(inputs, _stop.Token).ConfigureAwait(false)).ConfigureAwait(false);
            if (_contentKey is { } content && await FindAsync(content).ConfigureAwait(false) is { } same)
            {
                if (same.OfType<TResult>().ToList() is var whole && whole.Count == same.Count) await RememberAsync(whole, key).ConfigureAwait(false);
                return Report(same, cached: true, TimeSpan.Zero);
            }
            return await RunAsync(key, _contentKey, inputs).ConfigureAwait(false);
        }

        private async Task<IReadOnlyList<TResult?>> RunAsync(Digest key, Digest? contentKey, IReadOnlyList<TResult> inputs)
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
            foreach (var (node, output) in _inputs) results.Add((await Share(node._results.Value).ConfigureAwait(false))[output]!);
            return results;
        }

        private async ValueTask<Digest?> ComputeContentKeyAsync(IReadOnlyList<TResult> inputs, CancellationToken cancellationToken)
        {
            if (inputs.Count == 0) return null;
            var contents = new List<Digest>(inputs.Count);
            for (var i = 0; i < inputs.Count; i++)
            {
                if (await _solver._worker.ContentKeyAsync(_vertex, i, inputs[i], cancellationToken).ConfigureAwait(false) is not { } content) return null;
                contents.Add(content);
            }
            return CacheKeys.ByContent(await _own.Value.ConfigureAwait(false), contents);
        }

        private async Task<IReadOnlyList<TResult?>?> FindAsync(Digest key)
        {
            if (_vertex.Metadata.IgnoreCache) return null;
            if (await _solver._index.FindAsync(key, _stop.Token).ConfigureAwait(false) is { } record && await LoadAsync(record).ConfigureAwait(false) is { } own) return own;
            if (_solver._options.Imports is not { } imports) return null;
            var imported = await Guard(() => imports.FindAsync(_vertex, key, _stop.Token)).ConfigureAwait(false);
            _isImported |= imported is not null;
            return imported is null ? null : await LoadAsync(imported).ConfigureAwait(false);
        }

        private async Task<IReadOnlyList<TResult?>?> LoadAsync(byte[] record)
        {
            var results = await Guard(() => _solver._worker.LoadAsync(_vertex, record, _stop.Token)).ConfigureAwait(false);
            return results is not null && _needed.All(o => o < results.Count && results[o] is not null) ? results : null;
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

        private IReadOnlyList<TResult?> Report(IReadOnlyList<TResult?> results, bool cached, TimeSpan elapsed)
        {
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
