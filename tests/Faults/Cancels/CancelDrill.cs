using System.Diagnostics;
using System.Globalization;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Cancels;

/// <summary>Builds that are stopped at any moment, by Ctrl+C or by force: nothing of them is left, and the next build is right.</summary>
internal sealed class CancelDrill : Drill
{
    private const int WarmUps = 5;
    private const long MostHeapGrowth = 4 << 20;
    private static readonly TimeSpan s_longestStop = TimeSpan.FromSeconds(2);

    public override string Name => "cancels";

    public override string Promise => "A build that is cancelled or killed stops within 2 s and leaves no process, lock, temporary file or memory behind; the next build is right";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        var (cancels, kills) = scale == Scale.Quick ? (30, 5) : (1_000, 200);
        const int Seed = 1;
        var random = new Random(Seed);
        Console.WriteLine($"   seed {Seed}");
        using var folder = new TempFolder("cancels");
        var bench = new CancelBench(folder);
        var broken = new List<string>();

        var (wanted, usual) = Warm(bench);
        // Pools of buffers fill at first, and then as they like: what leaks is what even the leanest of many rounds has more than that of many before.
        var (early, late) = (long.MaxValue, long.MaxValue);
        var longest = TimeSpan.Zero;
        var stopped = 0;
        for (var i = 0; i < cancels; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bench.Clean();
            var after = usual * (random.NextDouble() * 1.1);
            var (wasStopped, took) = Cancel(bench, after, broken, $"cancel {i} after {after.TotalMilliseconds:F0} ms");
            if (wasStopped) stopped++;
            if (took > longest) longest = took;
            RequireNext(bench, wanted, broken, $"after cancel {i}");
            var heap = GC.GetTotalMemory(forceFullCollection: true);
            if (i >= cancels * 2 / 3) late = Math.Min(late, heap);
            else if (i >= cancels / 3) early = Math.Min(early, heap);
        }
        var grown = late - early;
        if (grown > MostHeapGrowth) broken.Add($"the heap grew by {grown:N0} bytes in {cancels / 3} cancelled builds");

        for (var i = 0; i < kills; i++)
        {
            bench.Clean();
            await KillAsync(bench, usual * (1 + random.NextDouble() * 3), broken, $"kill {i}", cancellationToken);
            RequireNext(bench, wanted, broken, $"after kill {i}");
        }
        return new DrillResult(
            string.Create(CultureInfo.InvariantCulture, $"{cancels:N0} cancels ({stopped:N0} before the end), longest stop {longest.TotalMilliseconds:F0} ms, {kills:N0} kills, heap {(grown >= 0 ? "+" : "")}{grown / 1024:N0} kB, {broken.Count} left behind or wrong"), broken);
    }

    /// <summary><c>build FOLDER</c>: a build that may be killed.</summary>
    public override Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (built, _, _) = new CancelBench(arguments[1]).Build(_ => { });
        return Task.FromResult(built ? 0 : 1);
    }

    private static (string Digest, TimeSpan Usual) Warm(CancelBench bench)
    {
        var (digest, usual) = ("", TimeSpan.MaxValue);
        for (var i = 0; i < WarmUps; i++)
        {
            bench.Clean();
            var clock = Stopwatch.StartNew();
            var (built, made, errors) = bench.Build(_ => { });
            if (!built) throw new InvalidOperationException($"The drill's own build fails: {string.Join(' ', errors)}");
            (digest, usual) = (made, clock.Elapsed < usual ? clock.Elapsed : usual);
        }
        return (digest, usual);
    }

    private static (bool WasStopped, TimeSpan Took) Cancel(CancelBench bench, TimeSpan after, List<string> broken, string what)
    {
        long asked = 0;
        var (built, _, errors) = bench.Build(task =>
        {
            var stop = new Thread(() =>
            {
                Thread.Sleep(after);
                Interlocked.Exchange(ref asked, Stopwatch.GetTimestamp());
                task.Cancel();
            }) { IsBackground = true };
            stop.Start();
        });
        var took = Interlocked.Read(ref asked) is > 0 and var began ? Stopwatch.GetElapsedTime(began) : TimeSpan.Zero;
        if (took > s_longestStop) broken.Add($"{what}: the build went on for {took.TotalSeconds:F1} s");
        if (!built && errors is not ["MBK1024"]) broken.Add($"{what}: ended with {string.Join(' ', errors)}");
        broken.AddRange(bench.FindLeftovers().Select(l => $"{what}: {l}"));
        return (!built, took);
    }

    private static async Task KillAsync(CancelBench bench, TimeSpan after, List<string> broken, string what, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["child", "cancels", "build", bench.Folder]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            await Task.Delay(after, cancellationToken);
        }
        finally
        {
            process.Kill();
        }
        await process.WaitForExitAsync(cancellationToken);
        var clock = Stopwatch.StartNew();
        while (bench.FindProcesses().Count > 0 && clock.Elapsed < s_longestStop) await Task.Delay(20, cancellationToken);
        broken.AddRange(bench.FindProcesses().Select(p => $"{what}: '{p}' still runs"));
    }

    private static void RequireNext(CancelBench bench, string wanted, List<string> broken, string when)
    {
        var (built, digest, errors) = bench.Build(_ => { });
        if (!built || digest != wanted) broken.Add($"{when} the next build gave '{digest}' instead of '{wanted}' {string.Join(' ', errors)}");
        broken.AddRange(bench.FindStaged().Select(l => $"{when} and the next build: {l}"));
    }
}
