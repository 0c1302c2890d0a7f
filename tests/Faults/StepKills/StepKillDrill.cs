using System.Globalization;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.StepKills;

/// <summary>Builds with steps that are cancelled, or of which one process is killed, at any moment.</summary>
/// <remarks>The builds are an ordinary user's. Every second begins with nothing, the others with what the one before kept, without its results.</remarks>
internal sealed class StepKillDrill : Drill
{
    private const int WarmUps = 4;
    private static readonly TimeSpan s_longestStop = TimeSpan.FromSeconds(2);

    // Of ten, four are cancelled.
    private static readonly string[] s_harms = ["cancel", "cancel", "cancel", "cancel", "build", "worker", "launcher", "runtime", "network", "agent"];

    public override string Name => "step-kills";

    public override string Promise =>
        "A build with steps that is cancelled, or of which any process is killed, stops within 2 s and leaves no process, mount, lock or temporary file; the next build is right";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("setpriv", "unshare", "newuidmap", "crun", "pasta", "ssh-agent", "ssh-keygen") is { } missing) return missing;
        var random = new Random(Seed.Choose());
        using var folder = new TempFolder("step-kills");
        var home = await TestUser.MakeFolderAsync(folder, "home");
        var temp = await TestUser.MakeFolderAsync(folder, "tmp");
        await new StepProject(home).WriteAsync();
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();
        using var family = new Family();
        using var bench = new StepKillBench(Name, home, temp);
        await bench.WarmAsync(WarmUps);
        var (tally, broken, longest) = (new SortedDictionary<string, int>(StringComparer.Ordinal), new List<string>(), TimeSpan.Zero);
        var times = scale == Scale.Full ? 1000 : 20;
        for (var i = 0; i < times; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var harm = s_harms[i % s_harms.Length];
            bench.Clean(all: i % 2 == 0);
            var end = await bench.HarmAsync(harm, random);
            if (end.Stopped) tally[harm] = tally.GetValueOrDefault(harm) + 1;
            if (end.Took > longest) longest = end.Took;
            List<string> wrong = [.. end.Wrong, .. bench.FindLeftovers()];
            if (end.Took > s_longestStop) wrong.Add($"it went on for {end.Took.TotalSeconds:F1} s");
            wrong.AddRange((await bench.JudgeNextAsync()).Select(w => $"and the next build: {w}"));
            foreach (var line in wrong) Console.WriteLine($"   {harm} {i}: {line}");
            broken.AddRange(wrong.Select(w => $"{harm} {i}: {w}"));
        }
        return new DrillResult(
            string.Create(CultureInfo.InvariantCulture, $"{times:N0} builds harmed ({string.Join(", ", tally.Select(t => $"{t.Value:N0} {t.Key}"))} before the end), longest stop {longest.TotalMilliseconds:F0} ms, {broken.Count} left behind or wrong"), broken);
    }

    // Arguments: the folder of the project.
    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await BuildServer.ServeAsync(arguments[0]);
        return 0;
    }
}
