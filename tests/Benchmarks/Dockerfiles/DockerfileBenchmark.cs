using System.Diagnostics;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Publishing;
using MsBuildKit.Benchmarks.Steps;

namespace MsBuildKit.Benchmarks.Dockerfiles;

/// <summary><c>msbuildkit build</c>, a whole process each time, beside buildctl with a daemon that runs already, and buildah.</summary>
internal sealed class DockerfileBenchmark : IDisposable
{
    private const int Stages = 8;
    private const string Spin = "awk 'BEGIN { for (i = 0; i < 20000000; i++) x += i }'";

    private readonly int _rounds;
    private readonly PeerGround _ground;
    private readonly ToolCommands _tool;
    private readonly BuildahSide _buildah;

    private DockerfileBenchmark(int rounds, PeerGround ground, ToolCommands tool)
    {
        (_rounds, _ground, _tool) = (rounds, ground, tool);
        _buildah = new BuildahSide(ground.Work.Make("buildah"));
    }

    private IEnumerable<(string, Func<Task<MarkdownTable>>)> Cases => [("context", ContextAsync), ("cached", CachedAsync), ("stages", StagesAsync)];

    /// <summary>Measures and prints tables.</summary>
    /// <param name="peers">The folder with buildkitd and buildctl.</param>
    /// <param name="cache">Where the base image's tree is kept for the next time.</param>
    /// <param name="tool">The program that is measured.</param>
    /// <param name="rounds">How often each thing is run.</param>
    /// <param name="only">One of context, cached and stages; <c>null</c> for all.</param>
    public static async Task RunAsync(string peers, string cache, string tool, int rounds, string? only)
    {
        using var benchmark = await PrepareAsync(peers, cache, tool, rounds);
        foreach (var (name, measure) in benchmark.Cases)
            if (only is null || only == name)
            {
                Console.Error.WriteLine($"measuring '{name}'");
                Console.WriteLine(await measure());
            }
    }

    private WorkFolder Work => _ground.Work;

    public void Dispose() => _ground.Dispose();

    private static async Task<DockerfileBenchmark> PrepareAsync(string peers, string cache, string tool, int rounds)
    {
        var ground = await PeerGround.StartAsync(peers, cache);
        try
        {
            return new DockerfileBenchmark(rounds, ground, new ToolCommands(UnprivilegedUser.Find(), tool, await UnprivilegedUser.MakeAsync(ground.Work["ours"])));
        }
        catch
        {
            ground.Dispose();
            throw;
        }
    }

    // The sides change their trees before each run: all of them, none, or one file.
    private async Task<MarkdownTable> ContextAsync()
    {
        var (ours, theirs, buildah) = (await ContextTree.MakeAsync(Work["context"]), await ContextTree.MakeAsync(Work["context-buildkit"]), await ContextTree.MakeAsync(Work["context-buildah"]));
        var table = Table();
        foreach (var (title, change) in new (string, Action<ContextTree>)[] { ("everything changed", t => t.ChangeAll()), ("nothing changed", _ => { }), ("one file changed", t => t.ChangeOneFile()) })
            foreach (var archive in new[] { true, false })
                Add(table, $"20,000 files, {title}, {(archive ? "gzip archive" : "kept")}", await Turns.RunAsync(
                    _rounds,
                    [
                        _ => Prepare(ours, change, _tool.Build(ours.Folder, archive) with { WatchMemory = true }),
                        number => Prepare(theirs, change, _ground.Buildkit.Build(theirs.Folder, theirs.Folder, Output(archive, number))),
                        .. BuildahOf(b => Prepare(buildah, change, b.BuildContext(buildah.Folder))),
                    ]));
        return table;
    }

    private static Task<MeasuredCommand> Prepare(ContextTree tree, Action<ContextTree> change, MeasuredCommand command)
    {
        change(tree);
        return Task.FromResult(command);
    }

    private async Task<MarkdownTable> CachedAsync()
    {
        var folder = Work.Make("cached");
        await File.WriteAllTextAsync(Path.Combine(folder, "app.txt"), "app");
        await File.WriteAllTextAsync(Path.Combine(folder, "Dockerfile"), string.Concat(
            [$"FROM {_ground.Base.Reference}\n", .. Enumerable.Range(0, 10).Select(i => $"ENV V{i}={i}\nCOPY app.txt /app/{i}/\nRUN echo {i} > /f{i}\n")]));
        await new MeasuredCommand("chmod", ["-R", "a+rX", folder]).RunAsync();
        var table = Table();
        Add(table, "31 instructions, all cached", await Turns.RunAsync(
            _rounds,
            [
                _ => Task.FromResult(_tool.Build(folder, archive: false) with { WatchMemory = true }),
                _ => Task.FromResult(_ground.Buildkit.Build(folder, folder, null)),
                .. BuildahOf(b => Task.FromResult(b.BuildContext(folder))),
            ]));
        return table;
    }

    private async Task<MarkdownTable> StagesAsync()
    {
        var table = Table();
        Add(table, "eight stages of CPU work", await Turns.RunAsync(
            _rounds,
            number => Prepare(number, f => _tool.Build(f, archive: false) with { WatchMemory = true }),
            number => Prepare(number, f => _ground.Buildkit.Build(f, f, null))));
        return table;

        async Task<MeasuredCommand> Prepare(int number, Func<string, MeasuredCommand> build)
        {
            var folder = Work.Make($"stages{number}");
            await File.WriteAllTextAsync(Path.Combine(folder, "Dockerfile"), string.Concat(
            [
                .. Enumerable.Range(0, Stages).Select(i => $"FROM {_ground.Base.Reference} AS s{i}\nRUN {Spin}; echo {number} > /r{i}\n"),
                $"FROM {_ground.Base.Reference}\n", .. Enumerable.Range(0, Stages).Select(i => $"COPY --from=s{i} /r{i} /r{i}\n"),
            ]));
            return build(folder);
        }
    }

    private IEnumerable<Func<int, Task<MeasuredCommand>>> BuildahOf(Func<BuildahSide, Task<MeasuredCommand>> command) =>
        _buildah is { } buildah ? [_ => command(buildah)] : [];

    private static bool HasBuildah() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(f => File.Exists(Path.Combine(f, "buildah")));

    private string? Output(bool archive, int number) => archive ? $"type=oci,dest={Work[$"buildkit/out{number}.tar"]}" : null;

    private static MarkdownTable Table() => new("build", "ours, s", "BuildKit, s", "ratio", "buildah, s", "ours, cores busy", "our memory, MB", "buildkitd's memory, MB");

    private void Add(MarkdownTable table, string title, IReadOnlyList<IReadOnlyList<Measurement>> runs) => table.Add(
        title, MarkdownTable.Seconds(Statistics.MedianSeconds(runs[0])), MarkdownTable.Seconds(Statistics.MedianSeconds(runs[1])), MarkdownTable.Ratio(Statistics.PairwiseRatio(runs[0], runs[1])),
        runs.Count > 2 ? MarkdownTable.Seconds(Statistics.MedianSeconds(runs[2])) : "", MarkdownTable.Seconds(Statistics.Median(runs[0].Select(m => m.Cores))),
        MarkdownTable.Megabytes(runs[0].Max(m => m.PeakBytes)), MarkdownTable.Megabytes(ProcessTreeMemory.PeakOf(_ground.Buildkit.ProcessId)));
}
