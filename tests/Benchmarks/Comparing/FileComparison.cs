using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Steps;
using MsBuildKit.Engine.Content;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.FileOps;

namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>Sends every case of file operations to a real BuildKit, and holds what comes out against what the case expects. Our own engine is
/// held against the same by its tests.</summary>
internal sealed class FileComparison : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly TempFolder _folder = new("compare");
    private readonly Dictionary<Verdict, int> _counts = [];
    private readonly string? _only;
    private readonly long _start = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    private FileComparison(string? only) => _only = only;

    /// <summary>Prints what was found; answers whether all is as the cases say.</summary>
    /// <param name="programs">The folder of buildkitd and buildctl.</param>
    /// <param name="only">A part of the names of the cases to compare; <c>null</c> for all.</param>
    public static async Task<bool> RunAsync(string programs, string? only)
    {
        using var comparison = new FileComparison(only);
        return await comparison.RunAsync(programs);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<bool> RunAsync(string programs)
    {
        try
        {
            return await CompareAsync(programs);
        }
        finally
        {
            await DaemonMounts.RemoveAsync(_folder.Path);
        }
    }

    private async Task<bool> CompareAsync(string programs)
    {
        using var server = await BuildkitServer.StartAsync(programs, _folder["buildkit"], "none.invalid");
        await using var store = new LocalContentStore(_folder["store"]);
        var graph = new CaseGraph(store, _folder["layout"]);
        foreach (var test in FileCases.All.Where(c => _only is null || c.Name.Contains(_only, StringComparison.Ordinal)))
        {
            var expected = test.Error is null ? test.Outputs : [["fails"]];
            var seen = new List<IReadOnlyList<string>>();
            for (var output = 0; output < expected.Count; output++) seen.Add(await SolveAsync(server, await graph.MarshalAsync(test, output), "tar", s => TarLines.Read(s, _start)));
            // What it cannot do any more says nothing of this case or of those after it.
            if (server.HasEnded) throw new InvalidOperationException($"buildkitd ended at '{test.Name}':\n{string.Join('\n', server.Log.TakeLast(40))}");
            if (Judge(test, expected, seen) == Verdict.Agrees) continue;
            var layers = await SolveAsync(server, await graph.MarshalAsync(test, 0), "oci", s => OciLines.ReadTop(s, _start));
            Console.WriteLine($"  here:     {Show(expected)}\n  BuildKit: {Show(seen)}\n  layer:    {Show([layers])}");
            MeasuredCommand.Stop.Token.ThrowIfCancellationRequested();
        }
        foreach (var (verdict, count) in _counts.OrderBy(c => c.Key)) Console.WriteLine($"{count} {VerdictWords.Of(verdict)}");
        return _counts.Count > 0 && !_counts.Keys.Any(v => v is Verdict.Other or Verdict.Same);
    }

    private async Task<IReadOnlyList<string>> SolveAsync(BuildkitServer server, byte[] definition, string kind, Func<Stream, IReadOnlyList<string>> read)
    {
        var (path, tree) = (_folder["definition"], _folder["tree.tar"]);
        await File.WriteAllBytesAsync(path, definition);
        try
        {
            var line = server.Solve($"{CaseGraph.Store}={_folder["layout"]}", $"type={kind},dest={tree}");
            var result = await Command.RunAsync("/bin/sh", ["-c", "exec \"$@\" < \"$0\"", path, .. line], timeout: s_patience);
            if (result.ExitCode != 0) return ["fails", .. Explain(result.All)];
            using var file = File.OpenRead(tree);
            return read(file);
        }
        catch (TimeoutException)
        {
            return ["waits"];
        }
    }

    private Verdict Judge(FileCase test, IReadOnlyList<IReadOnlyList<string>> expected, IReadOnlyList<IReadOnlyList<string>> seen)
    {
        var fails = seen.Any(s => s is ["fails", ..]);
        var same = fails ? test.Error is not null : seen.Select(o => string.Join('\n', o)).SequenceEqual(expected.Select(o => string.Join('\n', o)));
        var verdict = VerdictWords.Judge(same, test.Differs);
        _counts[verdict] = _counts.GetValueOrDefault(verdict) + 1;
        if (verdict != Verdict.Agrees) Console.WriteLine($"{VerdictWords.Of(verdict)}: {test.Name}{(test.Differs is null ? "" : $" ({test.Differs})")}");
        return verdict;
    }

    private static IEnumerable<string> Explain(string said) => said.Split('\n').Where(l => l.StartsWith("error:", StringComparison.Ordinal)).TakeLast(1);

    private static string Show(IEnumerable<IReadOnlyList<string>> trees) => string.Join(" | ", trees.Select(t => string.Join("; ", t)));
}
