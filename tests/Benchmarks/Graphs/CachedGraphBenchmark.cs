using BenchmarkDotNet.Attributes;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Graphs;

/// <summary>A graph whose every step was built before, with the real worker, index, locks and store: how long until its result is known.</summary>
public class CachedGraphBenchmark
{
    private const int Vertices = 10_000;

    private readonly WorkFolder _work = new();
    private LocalContentStore? _store;
    private int _run;

    [GlobalSetup]
    public async Task SetUp()
    {
        _store = new LocalContentStore(_work["store"]);
        // Many at once share one sync of the disk.
        await SolveAsync(Graph("top"), slots: 256);
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        await _store!.DisposeAsync();
        _work.Dispose();
    }

    /// <summary>Nothing changed: keys of all, one record.</summary>
    [Benchmark]
    public Task Unchanged() => SolveAsync(Graph("top"));

    /// <summary>The last step is another one each time: all below it are looked up.</summary>
    [Benchmark]
    public Task UnderANewTop() => SolveAsync(Graph($"top {++_run}"));

    private static LlbState Graph(string top) => LlbState.Merge(top, Enumerable.Range(1, Vertices - 1).Select(Step));

    private static LlbState Step(int number) => LlbState.Scratch.File($"step {number}", FileStep.MakeDirectory($"/d{number}", 0b111_101_101));

    private async Task SolveAsync(LlbState state, int slots = 2)
    {
        var session = new BuildSession([], new Dictionary<string, IContentSource>());
        var trees = new LentTrees(session, new FileFactsCache(_work["facts"], TimeProvider.System));
        using var solver = new Solver<VertexResult>(
            new EngineWorker(_store!, session, trees, new NoImages(), new LayerOptions()),
            new FileCacheIndex(_work["index"], TimeProvider.System),
            new KeyLocks(_work["locks"]),
            new SolverOptions { Time = TimeProvider.System, Slots = slots });
        await solver.SolveAsync(LlbGraph.Load(LlbMarshaller.Marshal(state)), default);
    }
}
