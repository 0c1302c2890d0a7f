using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.TestKit.FileOps;

namespace MsBuildKit.Engine.Tests.Workers.Rootless.FileActions;

public sealed class FileExecutorTests
{
    [Theory, InlineData(true), InlineData(false)]
    public Task Run_EachCase_GivesItsTreesOrItsError(bool asRoot) => InsideProcess.RunAsync(asRoot, RunCasesAsync);

    private static async Task RunCasesAsync(string folder)
    {
        await using var bench = new OpBench(folder);
        var wrong = new StringBuilder();
        foreach (var test in FileCases.All)
        {
            var seen = await PlayAsync(bench, test);
            var expected = test.Error is { } code ? [[code]] : test.Outputs;
            if (!seen.Select(o => string.Join('\n', o)).SequenceEqual(expected.Select(o => string.Join('\n', o))))
                wrong.Append('\n').Append(test.Name).Append("\n  expected\n").Append(Show(expected)).Append("  seen\n").Append(Show(seen));
        }
        Assert.True(wrong.Length == 0, wrong.ToString());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    private static async Task<IReadOnlyList<IReadOnlyList<string>>> PlayAsync(OpBench bench, FileCase test)
    {
        var inputs = new List<Layer[]>();
        foreach (var input in test.Inputs) inputs.Add(input.Count == 0 ? [] : [await bench.WriteAsync(input)]);
        var step = OpBench.Step(new Op { File = test.Op }, inputs);
        try
        {
            var done = await bench.Files.RunAsync(test.Op, step, default);
            var trees = new List<IReadOnlyList<string>>();
            foreach (var output in done.Outputs) trees.Add(await bench.ListAsync(OpBench.ChainOf(step, output)));
            return trees;
        }
        catch (BuildException e)
        {
            Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            return [[e.Code]];
        }
    }

    private static string Show(IEnumerable<IReadOnlyList<string>> trees) => string.Concat(trees.Select(t => string.Concat(t.Select(l => $"    {l}\n"))));
}
