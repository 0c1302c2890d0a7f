using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Faults.Builds;
using MsBuildKit.Faults.Disks;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.SystemCalls;

/// <summary>Kills a build at each call that changes a file, a name or a lock, and lets each such call fail.</summary>
internal sealed class SystemCallDrill : Drill
{
    private const int AtOnce = 4, Sample = 40;

    public override string Name => "system-calls";

    public override string Promise =>
        "A small build is killed, and fails with EIO and ENOSPC, at every mutating system call: failures carry a code and say what to do, and the next build gives the same bytes, with `verify` clean and nothing left over";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("strace", "unshare", "mount", "umount") is { } missing) return missing;
        using var disk = await TempDisk.MemoryAsync("size=256m");
        var expected = await PrepareAsync(disk);
        var calls = await ListAsync(disk);
        var points = calls.SelectMany(c => Enum.GetValues<Harm>().Select(h => (Call: c, Harm: h))).ToArray();
        if (scale == Scale.Quick)
        {
            new Random(Seed.Choose()).Shuffle(points);
            points = points[..Math.Min(Sample, points.Length)];
        }
        var broken = new List<string>();
        await Parallel.ForEachAsync(points, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (point, _) =>
        {
            using var folder = disk.MakeFolder();
            var found = await HarmAsync(Project(disk, folder.Path), folder.Path, point.Call, point.Harm, expected);
            lock (broken) broken.AddRange(found.Select(b => $"{point.Harm} at {point.Call}: {b}"));
        });
        return new DrillResult($"{calls.Count:N0} calls of {calls.Select(c => c.Call).Distinct().Count()} kinds, {points.Length:N0} builds harmed, {broken.Count} broken", broken);
    }

    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        if (arguments is not ["build", var sources, var store, var output]) return 2;
        ThreadPool.SetMinThreads(1, 1);
        ThreadPool.SetMaxThreads(1, 1);
        try
        {
            var result = await Task.Run(() => new SmallProject(sources, store, output, Cores: 1).BuildAsync(), cancellationToken);
            Console.WriteLine($"built {result.Image.Digest}");
            return 0;
        }
        catch (BuildException e)
        {
            Console.WriteLine($"{e.Code} {e.Message.ReplaceLineEndings(" ")}");
            return 3;
        }
    }

    private static SmallProject Project(TempDisk disk, string folder) => new(disk["sources"], Path.Combine(folder, "store"), Path.Combine(folder, "out"));

    private static async Task<BuiltState> PrepareAsync(TempDisk disk)
    {
        using var folder = disk.MakeFolder();
        var project = Project(disk, folder.Path);
        project.Write(1);
        return await BuiltState.BuildAsync(project);
    }

    private async Task<IReadOnlyList<CallPoint>> ListAsync(TempDisk disk)
    {
        using var folder = disk.MakeFolder();
        return await new TracedBuild(Name, Project(disk, folder.Path)).ListAsync(folder.Path);
    }

    private async Task<IReadOnlyList<string>> HarmAsync(SmallProject project, string folder, CallPoint point, Harm harm, BuiltState expected)
    {
        var (reached, exitCode, said, errors) = await new TracedBuild(Name, project).HarmAsync(point, harm, folder);
        if (!reached) return [$"the build did not come there: {exitCode} {said}{errors}"];
        var broken = new List<string>();
        if (harm != Harm.Kill && JudgeEnd(exitCode, said, errors, harm, expected) is { } problem) broken.Add(problem);
        broken.AddRange(await BuildJudge.JudgeNextBuildAsync(project, expected));
        return broken;
    }

    private static string? JudgeEnd(int exitCode, string said, string errors, Harm harm, BuiltState expected) => exitCode switch
    {
        // What only costs time, such as a record that cannot be kept, need not fail the build.
        0 => said == $"built {expected.Image}" ? null : $"it gave '{said}'",
        3 => BuildJudge.JudgeError(said.Split(' ')[0], said, harm == Harm.Enospc),
        _ => $"it ended with {exitCode}: {said} {errors}",
    };
}
