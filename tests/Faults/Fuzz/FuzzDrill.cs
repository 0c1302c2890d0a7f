using System.Diagnostics;
using System.Globalization;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>Whatever strangers write, our readers answer with a typed error or with what it says: no crash, no hang, no flood of memory.</summary>
internal sealed class FuzzDrill : Drill
{
    // Inputs that are read from files are many: none of them need reach a disk.
    private const string Memory = "/dev/shm";
    private const string HeapLimit = "20000000"; // 512 MB, as the runtime wants it: hexadecimal.

    public override string Name => "fuzz";

    public override string Promise => "Whatever a reader of ours is given, it answers with a typed error or the truth: no crash, no hang, at most 512 MB";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("MSBUILDKIT_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        var (executions, limit) = scale == Scale.Quick ? (50_000L, TimeSpan.FromMinutes(5)) : (1_000_000L, TimeSpan.FromMinutes(10));
        var folder = Path.Combine(AppContext.BaseDirectory, "fuzz");
        Console.WriteLine($"   seed {seed}, inputs that break something go to '{folder}'");
        var names = FuzzTargets.All.Keys.ToList();
        var reports = new FuzzReport[names.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, names.Count, options, async (i, token) =>
            reports[i] = await FeedAsync(names[i], seed, executions, limit, Path.Combine(folder, names[i]), token));

        var listing = await TarListing.CompareAsync(scale == Scale.Quick ? 200 : 5_000, seed, cancellationToken);
        foreach (var report in reports.Where(r => r.Executions < executions))
            Console.WriteLine($"   {report.Target}: {report.Executions:N0} executions were as many as the time allowed");
        return new DrillResult(
            $"{names.Count} targets, {reports.Min(r => r.Executions):N0} to {reports.Max(r => r.Executions):N0} executions each ({reports.Sum(r => r.Executions):N0}), {reports.Sum(r => r.Outcomes):N0} different answers, {reports.Sum(r => r.Faults.Count)} faults; {listing.Figure}",
            [.. reports.SelectMany(r => r.Faults.Select(f => $"{r.Target} (seed {seed}): {f}")), .. listing.Broken]);
    }

    /// <summary><c>run TARGET SEED EXECUTIONS SECONDS FOLDER</c> feeds a target, <c>seeds</c> writes the seeds anew, <c>read TARGET FILE</c>
    /// reads one input.</summary>
    public override Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is ["seeds"])
            foreach (var (target, make) in FuzzTargets.All)
                using (var made = make()) Seeds.Write(target, made);
        if (arguments is ["read", var name, var file])
            using (var target = FuzzTargets.All[name]()) Console.WriteLine(target.Run(File.ReadAllBytes(file)));
        if (arguments is not ["run", var fed, var seed, var executions, var seconds, var folder]) return Task.FromResult(0);
        using (var target = FuzzTargets.All[fed]())
            return Task.FromResult(new Fuzzer(fed, target, Number(seed), folder).Run(Number(executions), TimeSpan.FromSeconds(Number(seconds))));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static async Task<FuzzReport> FeedAsync(string target, int seed, long executions, TimeSpan limit, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["child", "fuzz", "run", target, $"{seed}", $"{executions}", $"{(int)limit.TotalSeconds}", folder])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["DOTNET_GCHeapHardLimit"] = HeapLimit, ["DOTNET_gcServer"] = "0", ["TMPDIR"] = Directory.Exists(Memory) ? Memory : Path.GetTempPath() },
        };
        using var process = Process.Start(start)!;
        await using var stop = cancellationToken.Register(() => process.Kill());
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var lines = (await process.StandardOutput.ReadToEndAsync(CancellationToken.None)).Split('\n').Select(l => l.Split('\t')).ToList();
        await process.WaitForExitAsync(cancellationToken);
        var faults = lines.Where(l => l[0] == "fault").Select(l => $"{l[1]}: {l[2]}; input '{l[3]}': {l[4]}").ToList();
        if (lines.Find(l => l[0] == "done") is [_, var done, var outcomes])
            return new FuzzReport(target, long.Parse(done, CultureInfo.InvariantCulture), int.Parse(outcomes, CultureInfo.InvariantCulture), faults);
        var path = Path.Combine(folder, "killer");
        await File.WriteAllBytesAsync(path, LastInput.Read(Path.Combine(folder, Fuzzer.LastInputFile)), cancellationToken);
        return new FuzzReport(target, 0, 0, [.. faults, $"the process died ({process.ExitCode}) of '{path}': {string.Join(' ', lines.Where(l => l[0] == "hang").Select(l => l[1]))} {(await error).Split('\n')[0]}"]);
    }
}
