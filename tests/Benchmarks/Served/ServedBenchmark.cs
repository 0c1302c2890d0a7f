using MsBuildKit.Benchmarks.Dockerfiles;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Steps;

namespace MsBuildKit.Benchmarks.Served;

/// <summary><c>msbuildkit serve</c> beside buildkitd, with the same client and the same Dockerfiles. Both daemons run already, and go on running.</summary>
internal sealed class ServedBenchmark : IDisposable
{
    private const int Steps = 10, Stages = 8;
    private const string Spin = "awk 'BEGIN { for (i = 0; i < 20000000; i++) x += i }'", Large = "head -c 375000000 /dev/urandom | base64 -w0";
    private const double Cold = 0.7, Cached = 1;

    private readonly int _rounds;
    private readonly PeerGround _ground;
    private readonly OurDaemon _ours;
    private readonly string _tool;
    private readonly MarkdownTable _memory = new(
        "after", "our daemon's memory, MB", "with its worker, MB", "at most, MB", "buildkitd's memory, MB", "at most, MB", "ratio", "ratio of the most");

    private ServedBenchmark(int rounds, PeerGround ground, OurDaemon ours, string tool) => (_rounds, _ground, _ours, _tool) = (rounds, ground, ours, tool);

    private IEnumerable<(string, Func<Task<MarkdownTable>>)> Cases =>
    [
        ("pull", PullAsync), ("context", ContextAsync), ("steps", StepsAsync), ("stages", () => StagesAsync("stages", "eight stages of CPU work", Spin)), ("sleep", () => StagesAsync("sleep", "eight stages that sleep a second", "sleep 1")),
        ("write", WriteAsync), ("read", ReadAsync),
    ];

    private WorkFolder Work => _ground.Work;

    /// <summary>Measures and prints tables.</summary>
    /// <param name="peers">The folder with buildkitd and buildctl.</param>
    /// <param name="cache">Where the base image's tree is kept for the next time.</param>
    /// <param name="tool">The program that is measured.</param>
    /// <param name="rounds">How often each thing is run.</param>
    /// <param name="only">One of context, steps, stages, sleep, write, read and pull; <c>null</c> for all.</param>
    public static async Task RunAsync(string peers, string cache, string tool, int rounds, string? only)
    {
        var ground = await PeerGround.StartAsync(peers, cache);
        try
        {
            using var benchmark = new ServedBenchmark(rounds, ground, await OurDaemon.StartAsync(tool, ground.Buildkit.Client.Program, await UnprivilegedUser.MakeAsync(ground.Work["ours"])), tool);
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
            { ("everything changed", Cold, t => t.ChangeAll()), ("nothing changed", Cached, _ => { }), ("one file changed", 0.5, t => t.ChangeOneFile()) })
            foreach (var archive in new[] { null, "gzip" })
                Add(table, $"{title}, {what}, {Kind(archive)}", limit, await Turns.RunAsync(
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

        Task<MeasuredCommand> Prepare(ContextTree tree, Action<ContextTree> change, Buildctl client, string? archive, int number)
        {
            change(tree);
            return Task.FromResult(client.Build(tree.Folder, tree.Folder, Output(archive, number)));
        }
    }

    private Task<MarkdownTable> StepsAsync() => NewAndKnownAsync(
        "steps", "ten steps that each write a file", n => [$"FROM {_ground.Base.Reference}\n", .. Enumerable.Range(0, Steps).Select(i => $"RUN echo {n} > /f{i}\n")], null, "gzip");

    private Task<MarkdownTable> StagesAsync(string name, string title, string work) => NewAndKnownAsync(
        name, title,
        n =>
        [
            .. Enumerable.Range(0, Stages).Select(i => $"FROM {_ground.Base.Reference} AS s{i}\nRUN {work}; echo {n} > /r{i}\n"),
            $"FROM {_ground.Base.Reference}\n", .. Enumerable.Range(0, Stages).Select(i => $"COPY --from=s{i} /r{i} /r{i}\n"),
        ],
        [null]);

    private Task<MarkdownTable> WriteAsync() => NewAndKnownAsync(
        "write", "one step that writes 500 MB", n => [$"FROM {_ground.Base.Reference}\nRUN {Large} > /large{n}\n"], "gzip", "zstd");

    // Each of the results in each of the ways: what was never built, then what was built before.
    private async Task<MarkdownTable> NewAndKnownAsync(string name, string title, Func<int, IEnumerable<string>> dockerfile, params string?[] archives)
    {
        var table = Table();
        var known = await MakeAsync(name, dockerfile, 0);
        foreach (var archive in archives)
        {
            Add(table, $"{title}, {Kind(archive)}", Cold, await Turns.RunAsync(
                _rounds,
                async number => Build(_ours.Client, await MakeAsync(name, dockerfile, number), archive, number),
                async number => Build(_ground.Buildkit.Client, await MakeAsync(name, dockerfile, number), archive, number)));
            Add(table, $"the same, nothing changed, {Kind(archive)}", Cached, await Turns.RunAsync(
                _rounds,
                number => Task.FromResult(Build(_ours.Client, known, archive, number)),
                number => Task.FromResult(Build(_ground.Buildkit.Client, known, archive, number))));
        }
        return table;
    }

    // Daemons of their own for each run, each with a store that never had anything: where much was removed, file systems make files slowly for minutes.
    private async Task<MarkdownTable> PullAsync()
    {
        var table = Table();
        IDisposable? running = null;
        try
        {
            Add(table, "an empty store: base from a registry, and a step", Cold, await Turns.RunAsync(
                _rounds,
                async number =>
                {
                    running?.Dispose();
                    var daemon = await OurDaemon.StartAsync(_tool, _ground.Buildkit.Client.Program, await UnprivilegedUser.MakeAsync(Work[$"pull-ours{number}"]));
                    running = daemon;
                    return await PrepareAsync(daemon.Client, number);
                },
                async number =>
                {
                    running?.Dispose();
                    var daemon = await _ground.StartBuildkitAsync($"pull-buildkit{number}");
                    running = daemon;
                    return await PrepareAsync(daemon.Client, number);
                }));
            return table;
        }
        finally
        {
            running?.Dispose();
        }

        // A build of something else first: the daemon runs already, as it does in the other cases.
        async Task<MeasuredCommand> PrepareAsync(Buildctl client, int number)
        {
            await Build(client, await MakeAsync("before", _ => ["FROM scratch\nCOPY Dockerfile /\n"], number), null, number).RunAsync();
            return Build(client, await MakeAsync("pull", n => [$"FROM {_ground.Base.Reference}\nRUN : {n}\n"], number), null, number);
        }
    }

    private async Task<string> MakeAsync(string name, Func<int, IEnumerable<string>> dockerfile, int number)
    {
        var folder = Work.Make($"{name}{number}");
        await File.WriteAllTextAsync(Path.Combine(folder, "Dockerfile"), string.Concat(dockerfile(number)));
        return folder;
    }

    private MeasuredCommand Build(Buildctl client, string folder, string? archive, int number) => client.Build(folder, folder, Output(archive, number));

    // Each takes the place of the one before, for the disk is not what is measured.
    private string? Output(string? archive, int number) => archive is null ? null : $"type=oci,compression={archive},dest={Work[$"out{number % 2}.tar"]}";

    private static string Kind(string? archive) => archive is null ? "kept" : $"{archive} archive";

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
