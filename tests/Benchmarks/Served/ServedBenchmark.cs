using MsBuildKit.Benchmarks.Dockerfiles;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Steps;

namespace MsBuildKit.Benchmarks.Served;

/// <summary><c>msbuildkit serve</c> beside buildkitd, with the same client and the same Dockerfiles. Both daemons run already, and go on running.</summary>
internal sealed class ServedBenchmark : IDisposable
{
    private const int Steps = 10;

    private readonly int _rounds;
    private readonly PeerGround _ground;
    private readonly OurDaemon _ours;
    private readonly MarkdownTable _memory = new(
        "after", "our daemon's memory, MB", "with its worker, MB", "at most, MB", "buildkitd's memory, MB", "at most, MB", "ratio", "ratio of the most");

    private ServedBenchmark(int rounds, PeerGround ground, OurDaemon ours) => (_rounds, _ground, _ours) = (rounds, ground, ours);

    private IEnumerable<(string, Func<Task<MarkdownTable>>)> Cases => [("context", ContextAsync), ("steps", StepsAsync), ("read", ReadAsync)];

    private WorkFolder Work => _ground.Work;

    /// <summary>Measures and prints tables.</summary>
    /// <param name="peers">The folder with buildkitd and buildctl.</param>
    /// <param name="cache">Where the base image's tree is kept for the next time.</param>
    /// <param name="tool">The program that is measured.</param>
    /// <param name="rounds">How often each thing is run.</param>
    /// <param name="only">One of context, steps and read; <c>null</c> for all.</param>
    public static async Task RunAsync(string peers, string cache, string tool, int rounds, string? only)
    {
        var ground = await PeerGround.StartAsync(peers, cache);
        try
        {
            using var benchmark = new ServedBenchmark(rounds, ground, await OurDaemon.StartAsync(tool, ground.Buildkit.Client.Program, await UnprivilegedUser.MakeAsync(ground.Work["ours"])));
            await benchmark.RunAsync(only);
        }
        finally
        {
            ground.Dispose();
        }
    }

    public void Dispose() => _ours.Dispose();

    private async Task RunAsync(string? only)
    {
        Remember("the start");
        foreach (var (name, measure) in Cases)
            if (only is null || only == name)
            {
                Console.Error.WriteLine($"measuring '{name}'");
                Console.WriteLine(await measure());
                Remember($"'{name}'");
            }
        Console.WriteLine(_memory);
    }

    private Task<MarkdownTable> ContextAsync() => TreesAsync("context", "FROM scratch\nCOPY . /src\n", "20,000 files");

    private Task<MarkdownTable> ReadAsync() =>
        TreesAsync("read", $"FROM {_ground.Base.Reference}\nCOPY . /src\nRUN find /src -type f -exec cat {{}} + | wc -c > /count\n", "20,000 files and a step that reads them");

    // The sides change their trees before each run: all of them, none, or one file.
    private async Task<MarkdownTable> TreesAsync(string name, string dockerfile, string title)
    {
        var (ours, theirs) = (await MakeAsync($"{name}-ours"), await MakeAsync($"{name}-buildkit"));
        var table = Table();
        foreach (var (what, limit, change) in new (string, double, Action<ContextTree>)[]
            { ("everything changed", 0.7, t => t.ChangeAll()), ("nothing changed", 1, _ => { }), ("one file changed", 0.5, t => t.ChangeOneFile()) })
            foreach (var archive in new[] { false, true })
                Add(table, $"{title}, {what}, {(archive ? "gzip archive" : "kept")}", limit, await Turns.RunAsync(
                    _rounds,
                    number => Prepare(ours, change, _ours.Client, archive, number),
                    number => Prepare(theirs, change, _ground.Buildkit.Client, archive, number)));

        return table;

        async Task<ContextTree> MakeAsync(string folder)
        {
            var tree = await ContextTree.MakeAsync(Work[folder]);
            await File.WriteAllTextAsync(Path.Combine(tree.Folder, "Dockerfile"), dockerfile);
            return tree;
        }

        Task<MeasuredCommand> Prepare(ContextTree tree, Action<ContextTree> change, Buildctl client, bool archive, int number)
        {
            change(tree);
            return Task.FromResult(client.Build(tree.Folder, tree.Folder, Output(archive, number)));
        }
    }

    private async Task<MarkdownTable> StepsAsync()
    {
        var table = Table();
        var known = await MakeAsync(0);
        foreach (var archive in new[] { false, true })
        {
            var how = archive ? "gzip archive" : "kept";
            Add(table, $"ten steps that each write a file, {how}", 0.7, await Turns.RunAsync(
                _rounds,
                async number => Build(_ours.Client, await MakeAsync(number), archive, number),
                async number => Build(_ground.Buildkit.Client, await MakeAsync(number), archive, number)));
            Add(table, $"the same, nothing changed, {how}", 1, await Turns.RunAsync(
                _rounds,
                number => Task.FromResult(Build(_ours.Client, known, archive, number)),
                number => Task.FromResult(Build(_ground.Buildkit.Client, known, archive, number))));
        }
        return table;

        async Task<string> MakeAsync(int number)
        {
            var folder = Work.Make($"steps{number}");
            await File.WriteAllTextAsync(Path.Combine(folder, "Dockerfile"), string.Concat(
                [$"FROM {_ground.Base.Reference}\n", .. Enumerable.Range(0, Steps).Select(i => $"RUN echo {number} > /f{i}\n")]));
            return folder;
        }
    }

    private MeasuredCommand Build(Buildctl client, string folder, bool archive, int number) => client.Build(folder, folder, Output(archive, number));

    // Each takes the place of the one before, for the disk is not what is measured.
    private string? Output(bool archive, int number) => archive ? $"type=oci,dest={Work[$"out{number % 2}.tar"]}" : null;

    private static MarkdownTable Table() => new("build", "ours, s", "BuildKit, s", "ratio", "limit");

    private static void Add(MarkdownTable table, string title, double limit, IReadOnlyList<IReadOnlyList<Measurement>> runs) => table.Add(
        title, MarkdownTable.Seconds(Statistics.MedianSeconds(runs[0])), MarkdownTable.Seconds(Statistics.MedianSeconds(runs[1])),
        MarkdownTable.Ratio(Statistics.PairwiseRatio(runs[0], runs[1])), MarkdownTable.Ratio(limit));

    private void Remember(string what)
    {
        var (ours, theirs) = (DaemonMemory.Read(_ours.ProcessId), DaemonMemory.Read(_ground.Buildkit.ProcessId));
        _memory.Add(
            what, MarkdownTable.Megabytes(ours.Daemon), MarkdownTable.Megabytes(ours.All), MarkdownTable.Megabytes(ours.Peak), MarkdownTable.Megabytes(theirs.All), MarkdownTable.Megabytes(theirs.Peak),
            MarkdownTable.Ratio((double)ours.All / theirs.All), MarkdownTable.Ratio((double)ours.Peak / theirs.Peak));
    }
}
