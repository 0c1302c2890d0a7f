using System.Diagnostics;
using System.Globalization;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Publishing;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>Steps beside those of BuildKit, buildah and a bare runtime.</summary>
internal sealed class StepBenchmark : IDisposable
{
    private const int Marginal = 20, Independent = 8;
    private const string Spin = "awk 'BEGIN { for (i = 0; i < 20000000; i++) x += i }'", Large = "head -c 375000000 /dev/urandom | base64 -w0 > /large";

    private readonly int _rounds;
    private readonly PeerGround _ground;
    private readonly EngineCommands _engine;
    private readonly BuildahSide _buildah;
    private readonly BareRuntime _bare;

    private StepBenchmark(int rounds, PeerGround ground, EngineCommands engine, BareRuntime bare)
    {
        (_rounds, _ground, _engine, _bare) = (rounds, ground, engine, bare);
        _buildah = new BuildahSide(ground.Work.Make("buildah"));
    }

    /// <summary>Measures and prints tables.</summary>
    /// <param name="peers">The folder with buildkitd and buildctl.</param>
    /// <param name="cache">Where the base image's tree is kept for the next time.</param>
    /// <param name="rounds">How often each thing is run.</param>
    /// <param name="only">One of start, true, ten, parallel, large and unpack; <c>null</c> for all.</param>
    public static async Task RunAsync(string peers, string cache, int rounds, string? only)
    {
        using var benchmark = await PrepareAsync(peers, cache, rounds);
        foreach (var (name, measure) in benchmark.Cases)
            if (only is null || only == name)
            {
                Console.Error.WriteLine($"measuring '{name}'");
                Console.WriteLine(await measure());
            }
    }

    private IEnumerable<(string, Func<Task<MarkdownTable>>)> Cases =>
        [("start", StartAsync), ("true", TrueAsync), ("ten", TenAsync), ("parallel", ParallelAsync), ("large", LargeAsync), ("unpack", UnpackAsync)];

    private WorkFolder Work => _ground.Work;

    private DebianBase Base => _ground.Base;

    public void Dispose() => _ground.Dispose();

    private static async Task<StepBenchmark> PrepareAsync(string peers, string cache, int rounds)
    {
        var ground = await PeerGround.StartAsync(peers, cache);
        try
        {
            var user = UnprivilegedUser.Find();
            var engine = new EngineCommands(user, ground.Base, await UnprivilegedUser.MakeAsync(ground.Work["engine"]));
            return new StepBenchmark(rounds, ground, engine, await BareRuntime.PrepareAsync(user, ground.Work["bare"], ground.Base));
        }
        catch
        {
            ground.Dispose();
            throw;
        }
    }

    private async Task<MarkdownTable> StartAsync()
    {
        var runs = await Turns.RunAsync(_rounds, _ => Task.FromResult(_engine.StartWorker()));
        var table = new MarkdownTable("worker ready, ms", "slowest, ms", "processor time of the process that starts it and the worker, ms");
        table.Add(Number(Statistics.Median(runs[0].Select(Said))), Number(runs[0].Max(Said)), Number(Statistics.Median(runs[0].Select(m => m.Processor.TotalMilliseconds))));
        return table;
    }

    private async Task<MarkdownTable> TrueAsync()
    {
        var sides = new (string Name, Func<int, int, Task<MeasuredCommand>> Run)[]
        {
            ("bare crun run", (_, count) => Task.FromResult(_bare.Run(count))),
            ("ours, network none", (number, count) => Task.FromResult(_engine.Build(Trues(number, count + 1), network: StepNetwork.None))),
            ("ours, network default", (number, count) => Task.FromResult(_engine.Build(Trues(number, count + 1)))),
            ("BuildKit, host's network", (number, count) => Task.FromResult(_ground.Buildkit.Build(Dockerfile(Trues(number, count + 1)), null))),
        };
        var runs = await Turns.RunAsync(_rounds, [.. sides.SelectMany(s => new[] { 0, Marginal }.Select(count => (Func<int, Task<MeasuredCommand>>)(number => s.Run(number, count))))]);
        var steps = sides.Select((_, i) => runs[2 * i].Zip(runs[2 * i + 1], (few, many) => (many.Wall - few.Wall).TotalMilliseconds / Marginal).ToList()).ToList();
        var table = new MarkdownTable("one more step that runs `true`", "ms", "to bare", "whole build of one, s");
        for (var i = 0; i < sides.Length; i++)
            table.Add(sides[i].Name, Number(Statistics.Median(steps[i])), MarkdownTable.Ratio(Statistics.PairwiseRatio(steps[i], steps[0], s => s)), i == 0 ? "" : MarkdownTable.Seconds(Statistics.MedianSeconds(runs[2 * i])));
        return table;
    }

    private Task<MarkdownTable> TenAsync() => CompareAsync("ten steps that each write a file", number => [.. Enumerable.Range(0, 10).Select(i => $"echo {number} {i} > /f{i}")], Compression.Gzip, buildah: true);

    private async Task<MarkdownTable> ParallelAsync()
    {
        var runs = await Turns.RunAsync(
            _rounds,
            number => Task.FromResult(_engine.Graph(Spins(number))),
            number => Task.FromResult(_ground.Buildkit.Build(SpinStages(number), null)));
        var table = new MarkdownTable("eight independent steps", "s", "ideal, s", "to ideal", "cores busy", "BuildKit, s", "to BuildKit");
        var ideal = runs[0].Select(m => m.Processor.TotalSeconds / Environment.ProcessorCount).ToList();
        table.Add(
            "ours", MarkdownTable.Seconds(Statistics.MedianSeconds(runs[0])), MarkdownTable.Seconds(Statistics.Median(ideal)), MarkdownTable.Ratio(Statistics.Median(runs[0].Select(m => Environment.ProcessorCount / m.Cores))),
            MarkdownTable.Seconds(Statistics.Median(runs[0].Select(m => m.Cores))), MarkdownTable.Seconds(Statistics.MedianSeconds(runs[1])), MarkdownTable.Ratio(Statistics.PairwiseRatio(runs[0], runs[1])));
        return table;
    }

    private async Task<MarkdownTable> LargeAsync()
    {
        var gzip = await CompareAsync("500 MB written, gzip", number => [$"{Large}; : {number}"], Compression.Gzip, buildah: false);
        return gzip.Append(await CompareAsync("500 MB written, zstd", number => [$"{Large}; : {number}"], Compression.Zstd, buildah: false));
    }

    private async Task<MarkdownTable> UnpackAsync()
    {
        var target = "";
        var runs = await Turns.RunAsync(
            _rounds,
            async number => _engine.Unpack(await _engine.MakeStoreAsync($"unpack{number}")),
            async number =>
            {
                if (target.Length > 0) await new MeasuredCommand("rm", ["-rf", target]).RunAsync();
                target = Work.Make($"tar{number}");
                return new MeasuredCommand("tar", ["-xzf", Base.Blob, "-C", target]);
            },
            // Without a pipe between two programs, which some virtual machines make dear.
            number => Task.FromResult(new MeasuredCommand("sh", ["-ec", "mkdir \"$1\"; gzip -dc \"$0\" > \"$1.tar\"; tar -xf \"$1.tar\" -C \"$1\"", Base.Blob, Work[$"plain{number}"]])));
        var table = new MarkdownTable("unpacking the base", "ours, s", "tar -xzf as root, s", "ratio", "gzip -d, then tar -x, s", "ratio to that", "ours, cores busy", "tar -xzf, cores busy");
        table.Add(
            MarkdownTable.Megabytes(new FileInfo(Base.Tar).Length) + " MB", MarkdownTable.Seconds(Statistics.MedianSeconds(runs[0])), MarkdownTable.Seconds(Statistics.MedianSeconds(runs[1])),
            MarkdownTable.Ratio(Statistics.PairwiseRatio(runs[0], runs[1])), MarkdownTable.Seconds(Statistics.MedianSeconds(runs[2])), MarkdownTable.Ratio(Statistics.PairwiseRatio(runs[0], runs[2])),
            MarkdownTable.Seconds(Statistics.Median(runs[0].Select(m => m.Cores))), MarkdownTable.Seconds(Statistics.Median(runs[1].Select(m => m.Cores))));
        return table;
    }

    private async Task<MarkdownTable> CompareAsync(string title, Func<int, IReadOnlyList<string>> commands, Compression compression, bool buildah)
    {
        var kind = compression.ToString().ToLowerInvariant();
        var runs = await Turns.RunAsync(_rounds,
        [
            number => Task.FromResult(_engine.Build(commands(number), compression) with { WatchMemory = true, WatchedProgram = "msbuildkit-worker" }),
            number => Task.FromResult(_ground.Buildkit.Build(Dockerfile(commands(number)), $"type=oci,tar=false,compression={kind},dest={Work[$"buildkit/out{number}"]}")),
            number => Task.FromResult(_ground.Buildkit.Build(Dockerfile(commands(number)), null)),
            .. buildah ? new Func<int, Task<MeasuredCommand>>[] { number => Task.FromResult(_buildah.Build(Dockerfile(commands(number)))) } : [],
        ]);
        var table = new MarkdownTable("build", "ours, s", "BuildKit, s", "ratio", "BuildKit without output, s", "buildah, s", "ours, cores busy", "worker's memory, MB", "engine's memory, MB", "buildkitd's memory, MB");
        table.Add(
            title, MarkdownTable.Seconds(Statistics.MedianSeconds(runs[0])), MarkdownTable.Seconds(Statistics.MedianSeconds(runs[1])), MarkdownTable.Ratio(Statistics.PairwiseRatio(runs[0], runs[1])),
            MarkdownTable.Seconds(Statistics.MedianSeconds(runs[2])), buildah ? MarkdownTable.Seconds(Statistics.MedianSeconds(runs[3])) : "", MarkdownTable.Seconds(Statistics.Median(runs[0].Select(m => m.Cores))),
            MarkdownTable.Megabytes(runs[0].Max(m => m.PeakBytes)), MarkdownTable.Megabytes(runs[0].Max(Said)), MarkdownTable.Megabytes(ProcessTreeMemory.PeakOf(_ground.Buildkit.ProcessId)));
        return table;
    }

    private static IReadOnlyList<string> Trues(int number, int count) => [.. Enumerable.Range(0, count).Select(i => $"true {number} {i}")];

    private static IReadOnlyList<string> Spins(int number) => [.. Enumerable.Range(0, Independent).Select(i => $"{Spin}; echo {number} > /r{i}")];

    private string Dockerfile(IEnumerable<string> commands) => $"FROM {Base.Reference}\n{string.Concat(commands.Select(c => $"RUN {c}\n"))}";

    private string SpinStages(int number) => string.Concat(
        [.. Spins(number).Select((c, i) => $"FROM {Base.Reference} AS s{i}\nRUN {c}\n"), $"FROM {Base.Reference}\n", .. Enumerable.Range(0, Independent).Select(i => $"COPY --from=s{i} /r{i} /r{i}\n")]);

    private static double Said(Measurement run) => double.Parse(run.Output, CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
