using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.Engine.Tests.Workers.Rootless.FileActions;
using MsBuildKit.TestKit.FileOps;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

public sealed class DiffExecutorTests
{
    private static readonly (string Name, string[] Lower, string[] Upper, string[] Layer)[] s_cases =
    [
        ("nothing changed", ["d /d 711 1:2", "f /d/f = x", "h /d/h -> /d/f", "l /l -> x", "p /p"], ["d /d 711 1:2", "f /d/f = x", "h /d/h -> /d/f", "l /l -> x", "p /p"], []),
        ("added", ["d /d"], ["d /d", "f /d/f = x", "d /e 700 5:6"], ["d /d", "f /d/f = x", "d /e 700 5:6"]),
        ("gone", ["d /d", "f /d/f = x", "d /e", "f /e/f = x", "f /k = k"], ["d /d", "f /k = k"], ["d /d", "f /d/.wh.f 0 @0", "f /.wh.e 0 @0"]),
        ("all gone", ["d /d", "f /d/f = x", "f /f = x"], [], ["f /.wh.d 0 @0", "f /.wh.f 0 @0"]),
        ("on nothing", [], ["d /d", "f /d/f = x"], ["d /d", "f /d/f = x"]),
        ("content", ["f /f = x", "f /g = x", "f /h = x"], ["f /f = y", "f /g = xx", "f /h = x"], ["f /f = y", "f /g = xx"]),
        ("mode, owner, time", ["f /a", "f /b", "f /c", "d /d", "d /e", "l /l -> x"], ["f /a 600", "f /b 644 1:0", "f /c @5", "d /d @6", "d /e 755 0:1", "l /l 1:1 -> x"], ["f /a 600", "f /b 1:0", "f /c @5", "d /d @6", "d /e 0:1", "l /l 1:1 -> x"]),
        ("times after the latest are one", ["f /a @1800000000"], ["f /a @1900000000"], []),
        ("links", ["l /l -> x", "l /m -> x"], ["l /l -> y", "l /m -> x"], ["l /l -> y"]),
        ("kinds", ["d /a", "f /a/x = x", "f /b = x", "l /c -> x", "p /d"], ["f /a = x", "d /b", "f /b/y = y", "d /c", "f /d"], ["f /a = x", "d /b", "f /b/y = y", "d /c", "f /d"]),
        ("second names", ["f /a = x"], ["f /a = x", "h /b -> /a", "h /c -> /a"], ["f /b = x", "h /c -> /b"]),
        ("deep", ["d /a 700", "d /a/b 711", "f /a/b/c = x", "f /a/d = d"], ["d /a 700", "d /a/b 711", "f /a/b/c = y", "f /a/d = d"], ["d /a 700", "d /a/b 711", "f /a/b/c = y"]),
    ];

    [Theory, InlineData(true), InlineData(false)]
    public Task Run_EachCase_GivesTheLayerThatMakesTheUpperTree(bool asRoot) => InsideProcess.RunAsync(asRoot, RunCasesAsync);

    private static async Task RunCasesAsync(string folder)
    {
        await using var bench = new OpBench(folder);
        foreach (var (name, lower, upper, expected) in s_cases)
        {
            var (below, above) = (await WriteAsync(bench, lower), await WriteAsync(bench, upper));
            var diff = new DiffOp { Lower = new LowerDiffInput { Input = 0 }, Upper = new UpperDiffInput { Input = 1 } };
            var step = OpBench.Step(new Op { Diff = diff }, below, above);
            var output = Assert.Single((await bench.Differences.RunAsync(diff, step, default)).Outputs);
            var layer = Assert.Single(OpBench.ChainOf(step, output));
            Assert.Equal((name, string.Join('\n', TreeLine.Sort(expected))), (name, string.Join('\n', await bench.ListEntriesAsync(layer))));
            // What it is for: on the lower tree it makes the upper one.
            var made = await bench.ListAsync([.. below, layer]);
            Assert.Equal((name, string.Join('\n', (await bench.ListAsync(above)).Select(Clamp))), (name, string.Join('\n', made.Select(Clamp))));
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    // A second name of a file that is not in the layer becomes a file of its own, and times after the latest are the latest.
    private static string Clamp(string line) => line.Replace("h /b -> /a", "f /b = x").Replace("h /c -> /a", "h /c -> /b").Replace("@1900000000", "@1800000000");

    private static async Task<Layer[]> WriteAsync(OpBench bench, string[] tree) => tree.Length == 0 ? [] : [await bench.WriteAsync(tree.Select(TreeLine.Parse))];
}
