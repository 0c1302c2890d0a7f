using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>What operations leave that fail, of a worker process that is asked for it.</summary>
public sealed class FailedTreesTests : IAsyncDisposable
{
    private readonly GraphBed _bed = new() { GivesFailed = true };

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Solve_CommandThatFails_TellsWhatItHadAndLeftByMount()
    {
        var trees = await FailAsync(_bed.Base.Run(new ExecOptions
        {
            Args = ["/bin/sh", "-c", "echo a > /a; echo b > /rw/b; exit 7"], Network = NetMode.None,
            Mounts = [ExecMount.Bind("/rw", LlbState.Scratch.File("f", FileStep.MakeFile("/f", 0b110_100_100, "f"u8))), ExecMount.Bind("/ro", LlbState.Scratch, readOnly: true), ExecMount.Cache("/cache", "c", CacheSharingOpt.Shared, LlbState.Scratch)],
        }, Platform.LinuxAmd64, "run").Root);
        Assert.Equal([true, false, false, true], trees.Inputs.Select(i => i is not null));
        Assert.Equal([true, false, false, true], trees.Mounts.Select(m => m is not null));
        Assert.Contains("File a 644 a\n", await ListAsync(trees.Mounts[0]));
        Assert.Equal(["File f 644 f", "File b 644 b\n"], await ListAsync(trees.Mounts[3]));
        Assert.Equal((null, null), (trees.Action, trees.Content));
    }

    [Fact]
    public async Task Solve_ActionThatFails_TellsWhatItWentOnWithAndRead()
    {
        var read = LlbState.Scratch.File("read", FileStep.MakeFile("/x", 0b110_100_100, "x"u8));
        var trees = await FailAsync(_bed.Base.File("files", FileStep.MakeDirectory("/d", 0b111_101_101), FileStep.Copy(read, "/x", "/d/none/x", new CopyOptions()), FileStep.MakeFile("/late", 0b110_100_100, "late"u8)));
        Assert.Equal((1, null), (trees.Action, trees.Content));
        Assert.Equal(["File x 644 x"], await ListAsync(trees.Inputs[1]));
        Assert.Equal([false, true, false], trees.Mounts.Select(m => m is not null));
        Assert.Contains("Directory d 755 ", await ListAsync(trees.Mounts[1]));
    }

    [Fact]
    public async Task Solve_ActionOnNothingThatFails_IsDoneAgainWhereTreesAre()
    {
        var trees = await FailAsync(LlbState.Scratch.File("files", FileStep.MakeFile("/a", 0b110_100_100, "a"u8), FileStep.MakeFile("/none/b", 0b110_100_100, "b"u8)));
        Assert.Equal(1, trees.Action);
        Assert.Equal(["File a 644 a"], await ListAsync(trees.Mounts[1]));
    }

    [Fact]
    public async Task Solve_MountOfWhatIsNotThere_TellsTheInputAlone()
    {
        var source = LlbState.Scratch.File("f", FileStep.MakeFile("/f", 0b110_100_100, "f"u8));
        var trees = await FailAsync(_bed.Base.Run(new ExecOptions { Args = ["/bin/sh", "-c", "true"], Network = NetMode.None, Mounts = [ExecMount.Bind("/m", source, readOnly: true, "/none")] }, Platform.LinuxAmd64, "run").Root);
        Assert.Equal(["File f 644 f"], await ListAsync(Assert.Single(trees.Inputs)));
        Assert.Empty(trees.Mounts);
        Assert.Equal(1, trees.Content);
    }

    [Fact]
    public async Task Solve_ActionThatFailsWhereNoWorkerRuns_SaysWhyItFailed()
    {
        var failed = await Assert.ThrowsAnyAsync<BuildException>(() => _bed.SolveAsync(
            LlbState.Scratch.File("files", FileStep.MakeFile("/none/b", 0b110_100_100, "b"u8)), () => throw new WorkerException("MBK2005", ErrorKind.FailedPrecondition, "no namespaces")));
        Assert.Contains("none", failed.Message, StringComparison.Ordinal);
        Assert.NotEqual("MBK2005", failed.Code);
    }

    [Fact]
    public async Task Solve_NobodyAsks_NothingIsTold()
    {
        await using var bed = new GraphBed();
        Assert.Null(FindFailure(await Assert.ThrowsAnyAsync<BuildException>(() => bed.SolveAsync(GraphBed.Run(bed.Base, "exit 7")))).Trees);
    }

    private async Task<FailedTrees> FailAsync(LlbState state) => FindFailure(await Assert.ThrowsAnyAsync<BuildException>(() => _bed.SolveAsync(state))).Trees!;

    private static WorkerException FindFailure(Exception error) => error as WorkerException ?? FindFailure(error.InnerException!);

    private async Task<List<string>> ListAsync(VertexResult? tree)
    {
        var lines = new List<string>();
        foreach (var layer in Assert.IsType<LayersResult>(tree).Chain.Layers) lines.AddRange(await _bed.ListAsync(layer));
        return lines;
    }
}
