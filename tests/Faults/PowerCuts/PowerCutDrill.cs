using System.Globalization;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Faults.Disks;
using MsBuildKit.Faults.Victims;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.PowerCuts;

/// <summary>Cuts the power of a disk while a store on it is written to, or written to and collected.</summary>
/// <remarks>A cut drops all that the journal of ext4 has not made durable (FS_IOC_SHUTDOWN), which is what a real one does short of lying
/// disks and torn sectors.</remarks>
internal sealed class PowerCutDrill : Drill
{
    private const int CutsOfADisk = 10, Disks = 4, MostLines = 80, MostMilliseconds = 20;
    private const long DiskSize = 256 << 20;

    public override string Name => "power-cuts";

    public override string Promise =>
        "Power cuts while a store is written to, and while it is collected too: no acknowledged blob is lost, no wrong bytes are visible, records and facts are whole or missing, `verify` is clean and the next build works";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("mkfs.ext4", "mount", "umount") is { } missing) return missing;
        var seed = Seed.Choose();
        var writing = await CutAsync(scale == Scale.Full ? 1000 : 26, seed, collecting: false, cancellationToken);
        var collecting = await CutAsync(scale == Scale.Full ? 500 : 14, seed + 1, collecting: true, cancellationToken);
        return new DrillResult($"{writing.Figure}; {collecting.Figure}", [.. writing.Broken, .. collecting.Broken]);
    }

    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is ["write", var root, var sources, var seed])
            await new CutWriter(root, sources, int.Parse(seed, CultureInfo.InvariantCulture)).RunAsync();
        if (arguments is ["collect", var store]) CollectForever(store);
        return 1;
    }

    // Everything, then down to a size, then leftovers only, and again.
    private static void CollectForever(string root)
    {
        CollectionPolicy[] policies = [new() { All = true }, new() { KeepBytes = 2 << 20 }, new()];
        for (var i = 0; ; i++)
        {
            var removed = new StoreCollector(root, TimeProvider.System).Collect(policies[i % policies.Length], dryRun: false, default).Removed.Count;
            Console.WriteLine($"{removed}");
        }
    }

    private async Task<DrillResult> CutAsync(int cuts, int seed, bool collecting, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder("sources");
        CutContent.WriteSources(folder.Path);
        var count = new CutCount();
        var first = Enumerable.Range(0, (cuts + CutsOfADisk - 1) / CutsOfADisk).Select(i => i * CutsOfADisk);
        await Parallel.ForEachAsync(first, new ParallelOptions { MaxDegreeOfParallelism = Disks, CancellationToken = cancellationToken }, async (from, token) =>
        {
            using var disk = await TempDisk.Ext4Async(DiskSize, "-N", "8192", "-J", "size=8");
            var owed = new HashSet<Digest>();
            for (var i = from; i < Math.Min(from + CutsOfADisk, cuts); i++)
            {
                token.ThrowIfCancellationRequested();
                var (acknowledged, removed) = await CutOnceAsync(disk, folder.Path, unchecked(seed + i * 104_729), collecting);
                if (collecting) owed.Clear();
                owed.UnionWith(collecting ? acknowledged.Held : acknowledged.Blobs);
                var broken = await new CutJudge(disk["store"], folder.Path).JudgeAsync(owed);
                count.Add(acknowledged, removed, disk["store"], broken.Select(b => $"cut {i}: {b}"));
            }
            Console.WriteLine($"   {count.Text(collecting)}");
        });
        return new DrillResult(count.Text(collecting), count.Broken);
    }

    private async Task<(Acknowledged Acknowledged, int Removed)> CutOnceAsync(TempDisk disk, string sources, int seed, bool collecting)
    {
        var store = disk["store"];
        using var writer = Victim.Start(Name, ["write", store, sources, seed.ToString(CultureInfo.InvariantCulture)]);
        // So much is done first, however slow the machine is, and then it may be any moment.
        var random = new Random(seed);
        await writer.SpokeAsync(random.Next(1, MostLines));
        using var collector = collecting ? Victim.Start(Name, ["collect", store]) : null;
        if (collector is not null) await collector.SpokeAsync(random.Next(1, 8));
        await Task.Delay(random.Next(MostMilliseconds));
        disk.Cut();
        writer.Kill();
        collector?.Kill();
        var acknowledged = Acknowledged.Read((await writer.EndAsync()).Lines);
        var removed = collector is null ? [] : (await collector.EndAsync()).Lines;
        await disk.RemountAsync();
        return (acknowledged, removed.Sum(l => int.Parse(l, CultureInfo.InvariantCulture)));
    }
}
