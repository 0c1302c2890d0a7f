using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Solving;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Solving;

/// <summary>Graphs far larger or deeper than real ones. What takes more than linear time does not end within the limit.</summary>
public sealed class SolverScaleTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly TempFolder _folder = new();
    private readonly MemoryIndex _index = new();
    private readonly StringWorker _worker = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Solve_ChainOfTenThousand_HitsAtTheRootWithoutRunning()
    {
        var root = Load(Chain(10_000));
        await Seed(root);
        Assert.Equal("seeded", await SolveAsync(root));
        Assert.Empty(_worker.Runs);
    }

    [Fact]
    public async Task Solve_DeepChainWhoseSourceFails_FailsAndNamesIt()
    {
        _worker.OnRun = (_, _) => throw new InvalidOperationException("out of luck");
        var root = Load(Chain(100_000));
        var error = await Assert.ThrowsAsync<SolveException>(() => SolveAsync(root).WaitAsync(s_limit));
        Assert.Equal("local://x", error.Vertex.Name);
    }

    [Fact]
    public async Task Solve_DeepChainCancelled_Stops()
    {
        using var cancel = new CancellationTokenSource();
        var running = new TaskCompletionSource();
        _worker.OnRun = async (_, token) =>
        {
            running.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        };
        var solving = SolveAsync(Load(Chain(10_000)), cancel.Token);
        await running.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => solving.WaitAsync(s_limit));
    }

    [Fact]
    public async Task Solve_TenThousandCachedLeavesUnderANewRoot_LooksThemUpAndRunsTheRootAlone()
    {
        var leaves = Enumerable.Range(0, 10_000).Select(i => LlbState.Local("x" + i)).ToArray();
        var root = Load(LlbState.Merge("top", leaves));
        var files = new FileCacheIndex(_folder["index"], TimeProvider.System);
        foreach (var leaf in root.Vertex.Inputs) await files.SaveAsync(CacheKeys.ByDefinition(leaf.Vertex.Digest, []), "leaf"u8.ToArray(), default);

        await SolveAsync(root, default, files).WaitAsync(s_limit);

        Assert.Equal("top", Assert.Single(_worker.Runs).Key);
    }

    private static LlbState Chain(int length)
    {
        var state = LlbState.Local("x");
        for (var i = 1; i < length; i++) state = state.File("s" + i, FileStep.MakeDirectory("/d" + i, 493));
        return state;
    }

    private static Edge Load(LlbState state) => LlbGraph.Load(LlbMarshaller.Marshal(state));

    // What a finished build would have left for the root alone.
    private async Task Seed(Edge root)
    {
        var chain = new Stack<Vertex>([root.Vertex]);
        while (chain.Peek().Inputs is [var only]) chain.Push(only.Vertex);
        Digest? below = null;
        foreach (var vertex in chain) below = CacheKeys.ByDefinition(vertex.Digest, below is { } key ? [(key, 0)] : []);
        await _index.SaveAsync(below!.Value, "seeded"u8.ToArray(), default);
    }

    private async Task<string> SolveAsync(Edge root, CancellationToken cancellationToken = default, ICacheIndex? index = null)
    {
        using var solver = new Solver<string>(
            _worker, index ?? _index, new KeyLocks(_folder["locks"]), new SolverOptions { Time = TimeProvider.System, Slots = 2 });
        return await solver.SolveAsync(root, cancellationToken);
    }

    private sealed class MemoryIndex : ICacheIndex
    {
        private readonly ConcurrentDictionary<Digest, byte[]> _records = new();

        public ValueTask<byte[]?> FindAsync(Digest key, CancellationToken cancellationToken) => new(_records.GetValueOrDefault(key));

        public ValueTask SaveAsync(Digest key, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
        {
            _records[key] = record.ToArray();
            return default;
        }
    }
}
