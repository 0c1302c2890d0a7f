using System.IO.Compression;
using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using MsBuildKit.TestKit.FileOps;

namespace MsBuildKit.Engine.Tests.Workers.Rootless.FileActions;

public sealed class FileExecutorTests
{
    [Theory, InlineData(true), InlineData(false)]
    public Task Run_EachCase_GivesItsTreesOrItsError(bool asRoot) => InsideProcess.RunAsync(asRoot, RunCasesAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task Run_EachCaseOfDescribedTrees_GivesTheSame(bool asRoot) => InsideProcess.RunAsync(asRoot, RunDescribedCasesAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task Run_Copy_KeepsAttributesOfImagesAndNoOthers(bool asRoot) => InsideProcess.RunAsync(asRoot, CopyAttributesAsync);

    [Fact]
    public Task Run_CopyOfAVeryDeepTree_IsWhole() => InsideProcess.RunAsync(false, CopyDeepAsync);

    [Fact]
    public Task Run_Cancelled_LeavesNothing() => InsideProcess.RunAsync(false, CancelAsync);

    [Fact]
    public Task Run_Twice_GivesTheSameLayer() => InsideProcess.RunAsync(false, RunTwiceAsync);

    private static async Task CopyAttributesAsync(string folder)
    {
        await using var bench = new OpBench(folder);
        var capability = Convert.FromHexString("0100000200040000000000000000000000000000");
        var attributes = new Dictionary<string, byte[]> { ["security.capability"] = capability, ["user.x"] = "x"u8.ToArray() };
        var source = await bench.WriteAsync([TreeLine.Parse("d /d") with { Xattrs = new Dictionary<string, byte[]> { ["user.d"] = [1, 0, 2] } }, TreeLine.Parse("f /d/f 755 = x") with { Xattrs = attributes }]);
        foreach (var owner in new[] { null, new ChownOpt { User = new UserOpt { ByID = 7 } } })
        {
            var copy = new FileActionCopy { Src = "/d", Dest = "/e", Mode = -1, Timestamp = -1, Owner = owner };
            var found = new Dictionary<string, IReadOnlyDictionary<string, byte[]>?>();
            await using var blob = await bench.Store.FindAsync((await CopyAsync(bench, copy, source)).Blob.Digest, default);
            using var plain = new GZipStream(blob!, CompressionMode.Decompress);
            await TarEntries.ReadAsync(plain, (entry, _) =>
            {
                found[entry.Path] = entry.Xattrs;
                return ValueTask.CompletedTask;
            }, default);
            Assert.Equal([1, 0, 2], found["e"]!["user.d"]);
            Assert.Equal(["security.capability", "user.x"], found["e/f"]!.Keys.Order());
            Assert.Equal(capability, found["e/f"]!["security.capability"]);
        }
    }

    private static async Task CopyDeepAsync(string folder)
    {
        const int Levels = 1500;
        await using var bench = new OpBench(folder);
        var entries = Enumerable.Range(1, Levels).Select(i => TreeLine.Parse("d /" + string.Join('/', Enumerable.Repeat("a", i)))).Append(TreeLine.Parse("f /" + string.Concat(Enumerable.Repeat("a/", Levels)) + "f = x"));
        var layer = await CopyAsync(bench, new FileActionCopy { Src = "/a", Dest = "/b", Mode = -1, Timestamp = -1 }, await bench.WriteAsync(entries));
        var count = 0;
        await using var blob = await bench.Store.FindAsync(layer.Blob.Digest, default);
        await LayerReader.ReadAsync(blob!, Compression.Gzip, layer.DiffId, (_, _) =>
        {
            count++;
            return ValueTask.CompletedTask;
        }, default);
        Assert.Equal(Levels + 1, count);
    }

    private static async Task CancelAsync(string folder)
    {
        await using var bench = new OpBench(folder);
        var test = FileCases.All.Single(c => c.Name == "copy everything that a tree can have");
        var step = OpBench.Step(new Op { File = test.Op }, [], [await bench.WriteAsync(test.Inputs[1])]);
        await bench.Files.RunAsync(test.Op, step, default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Files.RunAsync(test.Op, step, new CancellationToken(true)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    private static async Task RunTwiceAsync(string folder)
    {
        await using var bench = new OpBench(folder);
        var source = await bench.WriteAsync(FileCases.All.Single(c => c.Name == "copy everything that a tree can have").Inputs[1]);
        var copy = new FileActionCopy { Src = "/d", Dest = "/a/b", Mode = -1, Timestamp = -1, CreateDestPath = true };
        var first = await CopyAsync(bench, copy, source);
        await Task.Delay(1100);
        Assert.Equal(first.DiffId, (await CopyAsync(bench, copy, source)).DiffId);
    }

    private static async Task<Layer> CopyAsync(OpBench bench, FileActionCopy copy, Layer source)
    {
        var op = new FileOp { Actions = { new FileAction { Input = -1, SecondaryInput = 0, Output = 0, Copy = copy } } };
        var step = OpBench.Step(new Op { File = op }, [source]);
        return Assert.Single(OpBench.ChainOf(step, Assert.Single((await bench.Files.RunAsync(op, step, default)).Outputs)));
    }

    private static async Task RunCasesAsync(string folder) => await PlayAllAsync(folder, async (bench, test) => OpBench.Step(new Op { File = test.Op }, await WriteAsync(test, bench.WriteAsync)), 0);

    // Of hard links, which have one file in two places, a description is not made by anybody.
    private static async Task RunDescribedCasesAsync(string folder) => await PlayAllAsync(folder, async (bench, test) =>
    {
        var step = OpBench.Step(new Op { File = test.Op }, await WriteAsync(test, i => i.Any(e => e.Type == TreeEntryType.HardLink) ? bench.WriteAsync(i) : bench.DescribeAsync(i)));
        step.Describe = true;
        return step;
    }, 60);

    private static async Task<IReadOnlyList<Layer[]>> WriteAsync(FileCase test, Func<IReadOnlyList<TreeEntry>, Task<Layer>> write)
    {
        var inputs = new List<Layer[]>();
        foreach (var input in test.Inputs) inputs.Add(input.Count == 0 ? [] : [await write(input)]);
        return inputs;
    }

    private static async Task PlayAllAsync(string folder, Func<OpBench, FileCase, Task<RunStep>> prepare, int leastDescribed)
    {
        await using var bench = new OpBench(folder);
        var (wrong, described) = (new StringBuilder(), 0);
        foreach (var test in FileCases.All)
        {
            var (seen, isDescribed) = await PlayAsync(bench, test, await prepare(bench, test));
            if (isDescribed) described++;
            var expected = test.Error is { } code ? [[code]] : test.Outputs;
            if (!seen.Select(o => string.Join('\n', o)).SequenceEqual(expected.Select(o => string.Join('\n', o))))
                wrong.Append('\n').Append(test.Name).Append("\n  expected\n").Append(Show(expected)).Append("  seen\n").Append(Show(seen));
        }
        Assert.True(wrong.Length == 0, wrong.ToString());
        Assert.True(described >= leastDescribed && (leastDescribed > 0 || described == 0), $"{described} outputs were described");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    private static async Task<(IReadOnlyList<IReadOnlyList<string>> Trees, bool IsDescribed)> PlayAsync(OpBench bench, FileCase test, RunStep step)
    {
        try
        {
            var done = await bench.Files.RunAsync(test.Op, step, default);
            var trees = new List<IReadOnlyList<string>>();
            foreach (var output in done.Outputs) trees.Add(await bench.ListAsync(OpBench.ChainOf(step, output)));
            return (trees, done.Outputs.Any(o => o.Layers.Any(l => LayerBlobs.FromWire(l).IsDescribed)));
        }
        catch (BuildException e)
        {
            Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            return ([[e.Code]], false);
        }
    }

    private static string Show(IEnumerable<IReadOnlyList<string>> trees) => string.Concat(trees.Select(t => string.Concat(t.Select(l => $"    {l}\n"))));
}
