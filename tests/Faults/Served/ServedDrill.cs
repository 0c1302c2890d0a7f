using System.Globalization;
using MsBuildKit.Faults.Builds;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.Served;

/// <summary>Many builds at once in one daemon, by clients that were made for BuildKit; of some a step fails, some are cancelled, of some the client is killed.</summary>
internal sealed class ServedDrill : Drill
{
    private const int AtOnce = 50;
    private const long MostGrowth = 32 << 20;

    public override string Name => "served";

    public override string Promise =>
        "50 builds at once in one daemon, some cancelled, some failing: every other one is right, and afterwards no memory, descriptor, session, process, mount or temporary file is left";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("setpriv", "unshare", "newuidmap", "crun", "pasta", "busybox", "docker-buildx") is { } missing) return missing;
        var random = new Random(Seed.Choose());
        using var folder = new TempFolder("served");
        var home = await TestUser.MakeFolderAsync(folder, "home");
        await TestUser.MakeFolderAsync(folder, "home/tmp");
        using var daemon = await DaemonProcess.StartAsync(home);
        var idle = (await daemon.TakeAccountAsync(int.MaxValue, cancellationToken)).Sockets;
        var clients = await ServedClients.CreateAsync(folder, daemon.Address, AtOnce);

        var (broken, tally, taken) = (new List<string>(), new SortedDictionary<Fate, int>(), new List<DaemonAccount>());
        // The first round makes what all later ones share.
        var rounds = scale == Scale.Full ? 1_000 / AtOnce : 2;
        for (var round = 0; round <= rounds; round++)
        {
            var fates = random.GetItems([Fate.Succeeds, Fate.Succeeds, Fate.Succeeds, Fate.Fails, Fate.Cancelled, Fate.Succeeds, Fate.Killed], AtOnce);
            var wrong = await clients.BuildAsync(round == 0 ? new Fate[AtOnce] : fates, random, tally, cancellationToken);
            taken.Add(await daemon.TakeAccountAsync(idle, cancellationToken));
            if (round > 0) wrong.AddRange(taken[^1].Compare(taken[0]));
            wrong.AddRange(await clients.FindRunningAsync());
            foreach (var line in wrong) Console.WriteLine($"   round {round}: {line}");
            broken.AddRange(wrong.Select(w => $"round {round}: {w}"));
        }
        var grown = Growth(taken);
        if (scale == Scale.Full && grown > MostGrowth) broken.Add(string.Create(CultureInfo.InvariantCulture, $"the memory grew by {grown:N0} bytes"));
        broken.AddRange(await daemon.StopAsync(cancellationToken));
        broken.AddRange(await BuildJudge.VerifyAsync(daemon.Store));
        return new DrillResult(Describe(tally, taken, grown, broken.Count), broken);
    }

    private static string Describe(SortedDictionary<Fate, int> tally, List<DaemonAccount> taken, long grown, int broken)
    {
        var (first, last) = (taken[1], taken[^1]);
        return string.Create(CultureInfo.InvariantCulture,
            $"{tally.Values.Sum():N0} builds, {AtOnce} at once ({string.Join(", ", tally.Select(t => $"{t.Value:N0} {t.Key.ToString().ToLowerInvariant()}"))}); after the first and the last round {first.DescriptorCount} and {last.DescriptorCount} descriptors, {first.Mounts.Count} and {last.Mounts.Count} mounts, {first.Processes.Count} and {last.Processes.Count} processes, {first.Resident >> 20} and {last.Resident >> 20} MiB of memory ({(grown >= 0 ? "+" : "")}{grown >> 20} MiB in the second half); {broken} wrong or left behind");
    }

    // The collector frees when it likes: what leaks is what even the leanest of many rounds has more than that of many before.
    private static long Growth(List<DaemonAccount> taken)
    {
        var half = taken.Count / 2;
        return taken.Skip(half).Min(a => a.Resident) - taken.Skip(1).Take(half - 1).DefaultIfEmpty(taken[0]).Min(a => a.Resident);
    }
}
