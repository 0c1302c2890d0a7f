using System.Globalization;
using MsBuildKit.Faults.Disks;
using MsBuildKit.Faults.Builds;
using MsBuildKit.Faults.Steps;
using MsBuildKit.Faults.Victims;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>Cuts the power of a disk while an ordinary user's worker unpacks layers to it and keeps the trees of steps.</summary>
internal sealed class SnapshotCutDrill : Drill
{
    private const int CutsOfADisk = 10, Disks = 2, MostLines = 40, MostMilliseconds = 30, Again = 5;
    private const long DiskSize = 512 << 20;

    public override string Name => "snapshot-cuts";

    public override string Promise =>
        "Power cuts while layers are unpacked and the trees of steps are kept: a snapshot that was said to be there is whole, each other is whole or gone, and the next build works and clears up";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("mkfs.ext4", "mount", "umount", "setpriv", "unshare", "newuidmap", "find") is { } missing) return missing;
        var seed = Seed.Choose();
        var cuts = scale == Scale.Full ? 300 : 8;
        var (gate, broken, done, acknowledged, whole) = (new Lock(), new List<string>(), 0, 0, 0);
        await Parallel.ForEachAsync(Enumerable.Range(0, (cuts + CutsOfADisk - 1) / CutsOfADisk), new ParallelOptions { MaxDegreeOfParallelism = Disks, CancellationToken = cancellationToken }, async (number, token) =>
        {
            using var disk = await TempDisk.Ext4Async(DiskSize, "-N", "65536", "-J", "size=8");
            await MakeStoreAsync(disk);
            var (begun, owed) = (new HashSet<string>(), new HashSet<string>());
            for (var i = number * CutsOfADisk; i < Math.Min((number + 1) * CutsOfADisk, cuts); i++)
            {
                token.ThrowIfCancellationRequested();
                var before = owed.Count;
                var (found, wrong) = await CutAsync(disk, unchecked(seed + i * 104_729), begun, owed);
                lock (gate)
                {
                    (done, acknowledged, whole) = (done + 1, acknowledged + owed.Count - before, whole + found);
                    foreach (var line in wrong) Console.WriteLine($"   cut {i}: {line}");
                    broken.AddRange(wrong.Select(w => $"cut {i}: {w}"));
                }
            }
        });
        return new DrillResult(string.Create(CultureInfo.InvariantCulture, $"{done:N0} cuts, {acknowledged:N0} snapshots acknowledged, {whole:N0} looked at and whole, {broken.Count} broken"), broken);
    }

    // Arguments: 'write' or 'again', the store, and a seed or chains.
    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is ["write", var root, var seed])
        {
            // With its caller gone it is to end too.
            await await Task.WhenAny(new SnapshotWriter(root, int.Parse(seed, CultureInfo.InvariantCulture)).RunAsync(), Console.In.ReadToEndAsync(cancellationToken));
            return 1;
        }
        await new SnapshotWriter(arguments[1], 0).EnsureAsync(arguments.Skip(2));
        return 0;
    }

    private static async Task MakeStoreAsync(TempDisk disk)
    {
        await Command.RunAsync("chmod", ["a+rx", Path.GetDirectoryName(disk.Path)!]);
        Directory.CreateDirectory(disk["store"]);
        var line = TestUser.Wrap("id");
        (await Command.RunAsync("chown", [$"{line[1].Split('=')[1]}:{line[2].Split('=')[1]}", disk["store"]])).Succeeded();
        (await Command.RunAsync("sync", ["-f", disk["store"]])).Succeeded();
    }

    private async Task<(int Whole, IReadOnlyList<string> Broken)> CutAsync(TempDisk disk, int seed, HashSet<string> begun, HashSet<string> owed)
    {
        var random = new Random(seed);
        using (var writer = Victim.Start(Inside.Line(Name, "write", disk["store"], seed.ToString(CultureInfo.InvariantCulture))))
        {
            await writer.SpokeAsync(random.Next(1, MostLines));
            await Task.Delay(random.Next(MostMilliseconds));
            disk.Cut();
            writer.Kill();
            foreach (var line in (await writer.EndAsync()).Lines)
            {
                if (line is ['?', ' ', .. var chain]) begun.Add(chain);
                if (line is ['+', ' ', .. var kept]) owed.Add(kept);
            }
        }
        await disk.RemountAsync();
        var judge = new SnapshotJudge(disk["store"], await OwnerAsync());
        var (whole, broken) = await judge.JudgeAsync(begun, owed);
        var wrong = broken.ToList();

        // The next build: what was begun last, whether it got to its end or not.
        var again = begun.TakeLast(Again).ToList();
        var next = await Inside.RunAsync(Name, ["again", disk["store"], .. again]);
        if (next.ExitCode != 0) wrong.Add($"the next build fails: {next.All}");
        owed.UnionWith(again);
        wrong.AddRange((await judge.JudgeAsync(begun, owed)).Broken.Concat(judge.FindStaged()).Concat(await BuildJudge.VerifyAsync(disk["store"])).Concat(BuildJudge.Sweep(disk["store"])).Select(w => $"after the next build: {w}"));
        return (whole, wrong);
    }

    // Root of an image is the first of the user's subordinate ids.
    private static async Task<string> OwnerAsync()
    {
        var line = TestUser.Wrap("id");
        var name = line.First(a => a.StartsWith("USER=", StringComparison.Ordinal))["USER=".Length..];
        var ids = await Task.WhenAll(new[] { "/etc/subuid", "/etc/subgid" }.Select(async f => (await File.ReadAllLinesAsync(f)).First(l => l.StartsWith(name + ":", StringComparison.Ordinal)).Split(':')[1]));
        return string.Join(':', ids);
    }
}
