using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Faults.Builds;
using MsBuildKit.Faults.Disks;
using MsBuildKit.Faults.Victims;

namespace MsBuildKit.Faults.Kills;

/// <summary>Kills three processes that build different projects in one store, each at a moment of its own.</summary>
internal sealed class KillDrill : Drill
{
    private const int Projects = 3, Versions = 4, RoundsOfAStore = 25, LongestMilliseconds = 120;

    public override string Name => "kills";

    public override string Promise =>
        "Three processes that build in one store are killed at random moments: the next build of each project gives the right bytes, with `verify` clean and nothing left over";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("mount", "umount") is { } missing) return missing;
        var random = new Random(Seed.Choose());
        var rounds = scale == Scale.Full ? 334 : 10;
        using var disk = await TempDisk.MemoryAsync("size=512m");
        var expected = await BuildAllAsync(disk);
        var broken = new List<string>();
        for (var first = 0; first < rounds; first += RoundsOfAStore)
        {
            using var folder = disk.MakeFolder();
            for (var round = first; round < Math.Min(first + RoundsOfAStore, rounds); round++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var number = round;
                broken.AddRange((await HarmAsync(folder, random, expected)).Select(b => $"round {number}: {b}"));
            }
        }
        return new DrillResult($"{rounds * Projects:N0} kills in {rounds:N0} rounds, {broken.Count} broken", broken);
    }

    // Builds one version after the other, for ever.
    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is not ["build", var sources, var store, var output]) return 2;
        for (var version = 0; ; version++)
        {
            var project = new SmallProject(sources, store, output);
            project.Write(version % Versions);
            try
            {
                await project.BuildAsync();
            }
            catch (BuildException e)
            {
                Console.WriteLine($"{e.Code} {e.Message}");
                return 1;
            }
            Console.WriteLine("built");
        }
    }

    private static SmallProject Project(DiskFolder folder, int number) => new(folder[$"sources{number}"], folder["store"], folder[$"out{number}"]);

    private static async Task<Dictionary<int, BuiltState>> BuildAllAsync(TempDisk disk)
    {
        using var folder = disk.MakeFolder();
        var states = new Dictionary<int, BuiltState>();
        for (var i = 0; i < Versions; i++)
        {
            var project = Project(folder, 0);
            project.Write(i);
            states[i] = await BuiltState.BuildAsync(project);
        }
        return states;
    }

    private async Task<IReadOnlyList<string>> HarmAsync(DiskFolder folder, Random random, Dictionary<int, BuiltState> expected)
    {
        var victims = Enumerable.Range(0, Projects).Select(i => Project(folder, i)).Select(p => Victim.Start(Name, ["build", p.Sources, p.Store, p.Output])).ToList();
        try
        {
            var moments = victims.Select(_ => random.Next(LongestMilliseconds)).ToList();
            var ends = await Task.WhenAll(victims.Select((v, i) => KillAsync(v, moments[i])));
            var broken = ends.OfType<string>().ToList();
            for (var i = 0; i < Projects; i++)
            {
                var version = random.Next(Versions);
                var project = Project(folder, i);
                project.Write(version);
                broken.AddRange((await BuildJudge.JudgeNextBuildAsync(project, expected[version])).Select(b => string.Create(CultureInfo.InvariantCulture, $"killed after {moments[i]} ms: {b}")));
            }
            return broken;
        }
        finally
        {
            foreach (var victim in victims) victim.Dispose();
        }
    }

    // After its first build, which takes long because everything is compiled, a process is killed in one of those that follow.
    private static async Task<string?> KillAsync(Victim victim, int milliseconds)
    {
        await victim.SpokeAsync(1);
        await Task.Delay(milliseconds);
        victim.Kill();
        var (_, lines, errors) = await victim.EndAsync();
        return lines[^1] == "built" ? null : $"a build beside the others failed: {lines[^1]} {errors}";
    }
}
