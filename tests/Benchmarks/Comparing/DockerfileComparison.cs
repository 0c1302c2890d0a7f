using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Steps;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Dockerfiles;

namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>Builds the Dockerfile of every case with a real BuildKit, and holds what comes out against what the case expects. Our own frontend is
/// held against the same by its tests.</summary>
internal sealed class DockerfileComparison : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly TempFolder _folder = new("compare");
    private readonly Dictionary<Verdict, int> _counts = [];

    /// <summary>Prints what was found; answers whether all is as the cases say.</summary>
    /// <param name="programs">The folder of buildkitd and buildctl.</param>
    /// <param name="only">A part of the names of the cases to compare; <c>null</c> for all.</param>
    public static async Task<bool> RunAsync(string programs, string? only)
    {
        using var comparison = new DockerfileComparison();
        await using var ground = await DockerfileGround.StartAsync();
        var cases = DockerfileCases.All.Concat(RealDockerfiles.All).Where(c => only is null || c.Name.Contains(only, StringComparison.Ordinal)).ToList();
        if (cases.Exists(RealDockerfiles.All.Contains)) await ground.AddRealAsync();
        return await comparison.CompareAsync(programs, ground, cases);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<bool> CompareAsync(string programs, DockerfileGround ground, IReadOnlyList<DockerfileCase> cases)
    {
        try
        {
            using var server = await BuildkitServer.StartAsync(programs, _folder["buildkit"], ground.Registry);
            for (var i = 0; i < cases.Count; i++)
            {
                var seen = await BuildAsync(server, ground, cases[i], CaseFolder.Write(cases[i], ground, _folder[$"case{i}"]));
                if (server.HasEnded) throw new InvalidOperationException($"buildkitd ended at '{cases[i].Name}':\n{string.Join('\n', server.Log.TakeLast(40))}");
                Judge(cases[i], seen);
                MeasuredCommand.Stop.Token.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await DaemonMounts.RemoveAsync(_folder.Path);
        }
        foreach (var (verdict, count) in _counts.OrderBy(c => c.Key)) Console.WriteLine($"{count} {VerdictWords.Of(verdict)}");
        return _counts.Count > 0 && !_counts.Keys.Any(v => v is Verdict.Other or Verdict.Same);
    }

    private static async Task<Seen> BuildAsync(BuildkitServer server, DockerfileGround ground, DockerfileCase test, CaseFolder folder)
    {
        var result = await RunAsync(server, folder, folder.Dockerfile, "image.tar");
        if (result.ExitCode != 0) return Failure(ground.Blank(result.Error));
        var lines = ImageLines.Read(Path.Combine(folder.Path, "image.tar"));
        if (folder.Check is not null)
        {
            (await RunAsync(server, folder, folder.Check, "check.tar")).Succeeded();
            lines = ImageLines.WithSaid(lines, Path.Combine(folder.Path, "check.tar"));
        }
        return new Seen(test.Comparable([.. lines.Select(ground.Blank)]), null, "");
    }

    private static Task<CommandResult> RunAsync(BuildkitServer server, CaseFolder folder, string dockerfile, string archive)
    {
        string[] places = ["--local", "context=" + folder.Context, "--local", "dockerfile=" + Path.GetDirectoryName(dockerfile), "--opt", "filename=" + Path.GetFileName(dockerfile)];
        var line = server.Frontend([.. places, .. folder.Options.SelectMany(BuildctlOptions.Translate), "--output", $"type=oci,dest={folder.Path}/{archive}"]);
        return Command.RunAsync(line[0], line.Skip(1), folder.Path, timeout: s_patience);
    }

    // The sentence is the last that it says.
    private static Seen Failure(string said)
    {
        var sentence = said.Split('\n').LastOrDefault(l => l.StartsWith("error:", StringComparison.Ordinal)) ?? said;
        return new Seen([], FailedBuild.LineOf(said), sentence);
    }

    private void Judge(DockerfileCase test, Seen seen)
    {
        var same = test.Error is { } error
            ? seen.Error.Length > 0 && seen.Line == error.Line && seen.Error.Contains(error.Words, StringComparison.Ordinal)
            : seen.Error.Length == 0 && seen.Lines.SequenceEqual(test.Expected);
        var verdict = VerdictWords.Judge(same, test.Differs);
        _counts[verdict] = _counts.GetValueOrDefault(verdict) + 1;
        if (verdict == Verdict.Agrees) return;
        Console.WriteLine($"{VerdictWords.Of(verdict)}: {test.Name}{(test.Differs is null ? "" : $" ({test.Differs})")}");
        if (seen.Error.Length > 0) Console.WriteLine($"--- error {seen.Line}\n{seen.Error}");
        else Console.WriteLine($"--- expect\n{string.Join('\n', seen.Lines)}");
    }

    private sealed record Seen(IReadOnlyList<string> Lines, int? Line, string Error);
}
