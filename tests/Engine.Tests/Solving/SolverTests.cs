using System.Diagnostics;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Solving;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Solving;

public sealed class SolverTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWorker _worker = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Solve_ColdThenWarm_RunsOnceAndThenNothing()
    {
        var graph = Step("top", Step("a", LlbState.Local("x")), Step("b", LlbState.Local("x")));
        var first = await SolveAsync(graph);
        var second = await SolveAsync(graph);

        Assert.Equal("top(a(local://x()),b(local://x()))", first);
        Assert.Equal(first, second);
        Assert.All(_worker.Runs.Values, n => Assert.Equal(1, n));
        Assert.Equal(4, _worker.Runs.Count);
    }

    [Fact]
    public async Task Solve_NothingBelowAHit_IsRun()
    {
        var graph = Step("top", Step("a", LlbState.Local("x")));
        await SolveAsync(graph);
        _worker.Forgotten.Add("local://x()");
        _worker.Forgotten.Add("a(local://x())");
        await SolveAsync(graph);
        Assert.Equal(1, _worker.Runs["a"]);
    }

    [Fact]
    public async Task FindKnown_AfterAHit_TellsWhatIsRememberedAndRunsNothing()
    {
        var edge = LlbGraph.Load(LlbMarshaller.Marshal(Step("top", Step("a", LlbState.Local("x")), Step("b", LlbState.Local("y")))));
        using var cold = Solver();
        await cold.SolveAsync(edge, default);
        _worker.Forgotten.UnionWith(["local://x()", "local://y()", "b(local://y())"]);
        using var warm = Solver();
        await warm.SolveAsync(edge, default);
        var known = await warm.FindKnownAsync(edge, default);
        Assert.Equal(["a", "top"], known.Select(k => k.Vertex.Name));
        Assert.Equal("a(local://x())", Assert.Single(known[0].Results));
        Assert.Equal((1, 1), (_worker.Runs["b"], _worker.Runs["top"]));
    }

    [Fact]
    public async Task FindKnown_WhatRanInTheBuild_IsKnownWhateverIsRemembered()
    {
        var edge = LlbGraph.Load(LlbMarshaller.Marshal(Step("top", LlbState.Local("x"))));
        using var solver = Solver();
        await solver.SolveAsync(edge, default);
        _worker.Forgotten.UnionWith(["local://x()", "top(local://x())"]);
        Assert.Equal(["local://x", "top"], (await solver.FindKnownAsync(edge, default)).Select(k => k.Vertex.Name));
    }

    [Fact]
    public async Task Solve_BytesGone_RunsAgain()
    {
        var graph = Step("top", LlbState.Local("x"));
        await SolveAsync(graph);
        _worker.Forgotten.Add("top(local://x())");
        await SolveAsync(graph);
        Assert.Equal(2, _worker.Runs["top"]);
        Assert.Equal(1, _worker.Runs["local://x"]);
    }

    [Fact]
    public async Task Solve_ChangedInputWithSameContent_HitsByContent()
    {
        var graph = Step("top", LlbState.Local("x"));
        _worker.Locals["local://x"] = "same#1";
        await SolveAsync(graph);
        _worker.Locals["local://x"] = "same#2";
        Assert.Equal("top(same)", await SolveAsync(graph));
        Assert.Equal(1, _worker.Runs["top"]);
        Assert.Equal(2, _worker.Runs["local://x"]);

        _worker.Locals["local://x"] = "other";
        Assert.Equal("top(other)", await SolveAsync(graph));
        Assert.Equal(2, _worker.Runs["top"]);
    }

    [Fact]
    public async Task Solve_ChangedInputWithTheSameOfWhatIsUsed_HitsByIt()
    {
        var graph = Step("top", LlbState.Local("x"), LlbState.Local("y"));
        _worker.Used["top"] = (input, result) => input == 0 ? result[..1] : result;
        (_worker.Locals["local://x"], _worker.Locals["local://y"]) = ("ab", "y");
        await SolveAsync(graph);
        _worker.Locals["local://x"] = "ac";
        Assert.Equal("top(ab,y)", await SolveAsync(graph));
        Assert.Equal(1, _worker.Runs["top"]);
        _worker.Locals["local://y"] = "yy";
        Assert.Equal("top(ac,yy)", await SolveAsync(graph));
        _worker.Locals["local://x"] = "c";
        Assert.Equal("top(c,yy)", await SolveAsync(graph));
        Assert.Equal(3, _worker.Runs["top"]);
    }

    [Fact]
    public async Task Solve_ManyAtOnce_RunEachVertexOnce()
    {
        var release = new TaskCompletionSource();
        _worker.OnRun = (_, _) => release.Task;
        var graph = Step("top", LlbState.Local("x"));
        var all = Enumerable.Range(0, 100).Select(_ => SolveAsync(graph)).ToList();
        release.SetResult();
        await Task.WhenAll(all);
        Assert.All(_worker.Runs.Values, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task Solve_Failure_NamesTheVertexAndIsNotRemembered()
    {
        var fail = true;
        _worker.OnRun = (v, _) => fail && v.Name == "bad" ? throw new InvalidOperationException("out of luck") : Task.CompletedTask;
        var graph = Step("top", Step("bad", LlbState.Local("x")), Step("good", LlbState.Local("x")));

        var error = await Assert.ThrowsAsync<SolveException>(() => SolveAsync(graph));
        Assert.Equal("bad", error.Vertex.Name);
        Assert.Equal("MBK1701", error.Code);
        Assert.Contains("out of luck", error.Message);

        fail = false;
        Assert.StartsWith("top(bad(", await SolveAsync(graph));
    }

    [Fact]
    public async Task Solve_TypedFailure_KeepsItsCode()
    {
        _worker.OnRun = (_, _) => throw new LlbException("no");
        var error = await Assert.ThrowsAsync<SolveException>(() => SolveAsync(LlbState.Local("x")));
        Assert.Equal(("MBK1301", ErrorKind.Invalid), (error.Code, error.Kind));
    }

    [Fact]
    public async Task Solve_Cancelled_StopsAtOnce()
    {
        using var cancel = new CancellationTokenSource();
        var running = new TaskCompletionSource();
        _worker.OnRun = async (_, token) =>
        {
            running.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
        };
        var solving = SolveAsync(Step("top", LlbState.Local("x")), cancel.Token);
        await running.Task;
        var watch = Stopwatch.StartNew();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => solving);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Solve_Slots_AreNeverExceeded()
    {
        _worker.OnRun = (_, token) => Task.Delay(5, token);
        await SolveAsync(Step("top", [.. Enumerable.Range(0, 30).Select(i => Step("s" + i, LlbState.Local("x" + i)))]), slots: 3);
        Assert.Equal(3, _worker.MostAtOnce);
    }

    [Fact]
    public async Task Solve_RandomGraphs_AgreeWithPlainEvaluation()
    {
        var random = new Random(11);
        for (var round = 0; round < 50; round++)
        {
            var states = new List<LlbState> { LlbState.Local("x" + round) };
            var values = new List<string> { $"local://x{round}()" };
            for (var i = 0; i < 25; i++)
            {
                var picked = Enumerable.Range(0, random.Next(2, 4)).Select(_ => random.Next(states.Count)).Distinct().ToList();
                if (picked.Count < 2) continue;
                states.Add(Step($"n{round}-{i}", [.. picked.Select(p => states[p])]));
                values.Add($"n{round}-{i}({string.Join(',', picked.Select(p => values[p]))})");
            }
            Assert.Equal(values[^1], await SolveAsync(states[^1]));
        }
    }

    [Fact]
    public async Task Index_DamagedRecords_AreMisses()
    {
        var graph = Step("top", LlbState.Local("x"));
        var first = await SolveAsync(graph);
        foreach (var file in Directory.GetFiles(_folder["index"], "*", SearchOption.AllDirectories))
        {
            var bytes = File.ReadAllBytes(file);
            bytes[^1] ^= 1;
            File.WriteAllBytes(file, bytes);
        }
        Assert.Equal(first, await SolveAsync(graph));
        Assert.Equal(2, _worker.Runs["top"]);
    }

    [Fact]
    public async Task Solve_LockBelowThatCannotBeTaken_IsTheFailure()
    {
        _folder.Write("locks", "a file where the folder should be");
        var error = await Assert.ThrowsAsync<SolveException>(() => SolveAsync(Step("top", Step("a", LlbState.Local("x")))));
        Assert.Equal("MBK1205", error.Code);
    }

    [Fact]
    public async Task Solve_RecordsThatTakeTheirTime_HoldNobodyUpAndAreThereAtTheEnd()
    {
        var topRuns = new TaskCompletionSource();
        _worker.OnRun = (v, _) =>
        {
            if (v.Name == "top") topRuns.SetResult();
            return Task.CompletedTask;
        };
        var graph = Step("top", Step("a", LlbState.Local("x")));
        var index = new SlowIndex(new FileCacheIndex(_folder["index"], TimeProvider.System), topRuns.Task);
        await SolveAsync(graph, slots: 3, index: index).WaitAsync(TimeSpan.FromSeconds(30));
        _worker.OnRun = (_, _) => throw new InvalidOperationException("It is remembered.");
        await SolveAsync(graph);
        await SolveAsync(Step("a", LlbState.Local("x")));
    }

    [Fact]
    public async Task Solve_WhatRanBeforeAFailure_IsRemembered()
    {
        _worker.OnRun = (v, _) => v.Name == "top" ? throw new InvalidOperationException("out of luck") : Task.CompletedTask;
        var index = new SlowIndex(new FileCacheIndex(_folder["index"], TimeProvider.System), Task.Delay(200));
        await Assert.ThrowsAsync<SolveException>(() => SolveAsync(Step("top", Step("a", LlbState.Local("x"))), index: index));
        await SolveAsync(Step("a", LlbState.Local("x")));
        Assert.Equal(1, _worker.Runs["a"]);
    }

    [Fact]
    public async Task Solve_WithSharedSlots_RunsNoMoreAtOnceThanThereAre()
    {
        using var slots = new SemaphoreSlim(1);
        _worker.OnRun = (_, token) => Task.Delay(20, token);
        var options = new SolverOptions { Time = TimeProvider.System, Slots = 4, Shared = slots };
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async i =>
        {
            using var solver = new Solver<string>(_worker, new FileCacheIndex(_folder["index"], TimeProvider.System), new KeyLocks(_folder["locks"]), options);
            await solver.SolveAsync(LlbGraph.Load(LlbMarshaller.Marshal(Step($"top{i}", Step($"a{i}", LlbState.Local("x"))))), default);
        }));
        Assert.Equal(1, _worker.MostAtOnce);
        Assert.Equal(1, slots.CurrentCount);
    }

    [Fact]
    public async Task Solve_WhatACacheFromElsewhereHas_IsNotRunAndNotRemembered()
    {
        var graph = Step("top", Step("a", LlbState.Local("x")));
        var cache = new FakeImport { ["top"] = "imported" };
        Assert.Equal("imported", await SolveAsync(graph, imports: cache));
        Assert.Empty(_worker.Runs);
        Assert.Equal("top(a(local://x()))", await SolveAsync(graph));
    }

    [Fact]
    public async Task Solve_WhatACacheFromElsewhereLacks_IsRunOnTopOfWhatItHas()
    {
        var graph = Step("top", Step("a", LlbState.Local("x")));
        // A record without the output that is needed is none.
        var cache = new FakeImport { ["a"] = "imported", ["top"] = "" };
        Assert.Equal("top(imported)", await SolveAsync(graph, imports: cache));
        Assert.Equal(["top"], _worker.Runs.Keys);
    }

    [Fact]
    public async Task Collect_AfterAHit_TellsOfWhatLiesBelowToo()
    {
        var graph = LlbGraph.Load(LlbMarshaller.Marshal(Step("top", Step("a", LlbState.Local("x")))));
        using var first = Solver();
        await first.SolveAsync(graph, default);
        var cold = await first.CollectAsync(graph, default);
        using var second = Solver();
        await second.SolveAsync(graph, default);
        var warm = await second.CollectAsync(graph, default);

        Assert.Equal(["local://x()", "a(local://x())", "top(a(local://x()))"], cold.Select(v => v.Results[0]));
        Assert.Equal(cold.SelectMany(v => v.Keys), warm.SelectMany(v => v.Keys));
        Assert.Equal(5, cold.SelectMany(v => v.Keys).Distinct().Count());
        Assert.All(_worker.Runs.Values, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task Collect_WhatWasNotSolved_GivesNothing()
    {
        using var solver = Solver();
        Assert.Empty(await solver.CollectAsync(LlbGraph.Load(LlbMarshaller.Marshal(Step("top", LlbState.Local("x")))), default));
    }

    private Solver<string> Solver(int slots = 4, ICacheIndex? index = null, ICacheImport? imports = null) =>
        new(_worker, index ?? new FileCacheIndex(_folder["index"], TimeProvider.System), new KeyLocks(_folder["locks"]), new SolverOptions { Time = TimeProvider.System, Slots = slots, Imports = imports });

    private async Task<string> SolveAsync(LlbState state, CancellationToken cancellationToken = default, int slots = 4, ICacheIndex? index = null, ICacheImport? imports = null)
    {
        using var solver = Solver(slots, index, imports);
        return await solver.SolveAsync(LlbGraph.Load(LlbMarshaller.Marshal(state)), cancellationToken);
    }

    private sealed class FakeImport : Dictionary<string, string>, ICacheImport
    {
        public ValueTask<byte[]?> FindAsync(Vertex vertex, Digest key, CancellationToken cancellationToken) =>
            new(TryGetValue(vertex.Name, out var result) ? System.Text.Encoding.UTF8.GetBytes(result) : null);
    }

    private sealed class SlowIndex(ICacheIndex inner, Task until) : ICacheIndex
    {
        public ValueTask<byte[]?> FindAsync(Digest key, CancellationToken cancellationToken) => inner.FindAsync(key, cancellationToken);

        public async ValueTask SaveAsync(Digest key, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
        {
            await until;
            await inner.SaveAsync(key, record, cancellationToken);
        }
    }

    // A merge of one is that one, so a single input is stepped over with a file operation.
    private static LlbState Step(string name, params LlbState[] inputs) => inputs.Length == 1
        ? inputs[0].File(name, FileStep.MakeDirectory("/" + name, 493))
        : LlbState.Merge(name, inputs);
}
