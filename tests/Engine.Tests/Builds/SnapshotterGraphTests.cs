using System.Globalization;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>Graphs that are solved with each way to have the trees of steps, in workers of their own.</summary>
public sealed class SnapshotterGraphTests
{
    private static readonly string[] s_kinds = ["overlayfs", "fuse-overlayfs", "native"];

    [Fact]
    public async Task Solve_WithEach_GivesTheSameLayers()
    {
        var made = new List<string>();
        foreach (var kind in s_kinds)
        {
            await using var bed = Bed(kind);
            var layers = new List<string>();
            foreach (var graph in Graphs(bed.Base)) foreach (var layer in (await bed.SolveAsync(graph)).Layers) layers.Add($"{layer.DiffId}\n{string.Join('\n', await bed.ListAsync(layer))}");
            made.Add(string.Join("\n\n", layers));
            Assert.Empty(Directory.EnumerateFileSystemEntries(bed["cache/snapshots/staging"]));
            Assert.All(Directory.GetDirectories(bed["cache/snapshots"]).Select(Path.GetFileName), f => Assert.EndsWith(f == "staging" ? "" : kind switch { "native" => ".native", "fuse-overlayfs" => ".fuse", _ => "" }, f));
        }
        Assert.Equal(made[0], made[1]);
        Assert.Equal(made[0], made[2]);
    }

    [Fact]
    public async Task Solve_NamedOneCannotBeHad_SaysWhichAndWhatToDo()
    {
        using var programs = new TempFolder("programs");
        foreach (var name in new[] { "unshare", "crun", "newuidmap", "newgidmap" }) File.CreateSymbolicLink(programs[name], RealTool.Find(name));
        await using var bed = new GraphBed { Worker = () => GraphBed.FindWorker() with { Snapshotter = "fuse-overlayfs", SearchPath = [programs.Path] } };
        var error = await Assert.ThrowsAsync<SolveException>(() => bed.SolveAsync(GraphBed.Run(bed.Base, "true")));
        Assert.Equal("MBK1511", error.Code);
        Assert.Contains("with 'fuse-overlayfs', which ContainerSnapshotter names", error.Message, StringComparison.Ordinal);
        Assert.Contains("Install the package 'fuse-overlayfs'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Solve_WorkerIsKilled_NoProcessOfAMountIsLeft()
    {
        await using var bed = Bed("fuse-overlayfs");
        var solved = bed.SolveAsync(GraphBed.Run(bed.Base, "sleep 600"));
        List<int> all;
        for (var tries = 0; ; tries++)
        {
            all = Family(bed.Store);
            if (all.Exists(p => Read(p, "comm").StartsWith("fuse-overlayfs", StringComparison.Ordinal)) && all.Exists(p => Read(p, "cmdline").Contains("sleep\0600", StringComparison.Ordinal))) break;
            Assert.True(tries < 600, "No step runs on a mount of fuse-overlayfs.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        var starts = all.Select(p => (Process: p, Start: StartOf(p))).ToList();
        foreach (var process in all.Where(p => Read(p, "cmdline").Contains(bed.Store, StringComparison.Ordinal)))
            (await Command.RunAsync("kill", ["-9", process.ToString(CultureInfo.InvariantCulture)])).Succeeded();
        await Assert.ThrowsAsync<SolveException>(() => solved);
        for (var tries = 0; starts.Exists(p => StartOf(p.Process) is { } start && start == p.Start); tries++)
        {
            Assert.True(tries < 200, "A process is left.");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static GraphBed Bed(string kind) => new() { Worker = () => GraphBed.FindWorker() with { Snapshotter = kind } };

    private static IEnumerable<LlbState> Graphs(LlbState ground)
    {
        var tree = ground.File("tree", FileStep.MakeDirectory("/d", 0b111_101_101), FileStep.MakeFile("/d/gone", 0b110_100_100, "g"u8), FileStep.MakeFile("/d/same", 0b110_100_100, "s"u8), FileStep.MakeSymlink("d", "/l"));
        yield return GraphBed.Run(GraphBed.Run(tree, "rm -r /d; mkdir /d; echo n > /d/n; ln /d/n /d/again; mkfifo /p"), "chown 7:8 /d; chmod 4711 /d/n; rm /l /p; mkdir -p /a/b; mv /a /c");
        var anew = GraphBed.Run(tree, "rm -r /d; mkdir /d; echo new > /d/new");
        var other = LlbState.Scratch.File("other", FileStep.MakeDirectory("/d", 0b111_101_101), FileStep.MakeFile("/d/kept", 0b110_100_100, "k"u8));
        yield return GraphBed.Run(LlbState.Merge(null, ground, other, anew), "ls /d > /out");
        yield return LlbState.Merge(null, ground, LlbState.Diff(tree, GraphBed.Run(tree, "rm /d/gone; echo more >> /d/same")), LlbState.Local("tree"));

        var seed = LlbState.Scratch.File("seed", FileStep.MakeDirectory("/c", 0b111_000_000).OwnedBy("7"), FileStep.MakeFile("/c/f", 0b110_100_100, "first"u8), FileStep.MakeDirectory("/c/sub", 0b111_101_101));
        foreach (var number in new[] { 1, 2 })
            yield return Exec(ground, $"cat /cache/f > /out; stat -c %u:%a /cache >> /out; echo {number} > /cache/f", [ExecMount.Cache("/cache", "id", CacheSharingOpt.Shared, seed, "/c")]);
        yield return Exec(ground, "ls /part > /out; stat -c %u:%a /part/* >> /out; cat /part/f >> /out; ! touch /part/no", [ExecMount.Bind("/part", seed, readOnly: true, "/c")]);
        yield return Exec(ground, "echo x > /part/f; rm -r /part/sub; cat /part/f > /out", [ExecMount.BindDiscarded("/part", seed, "/c")]);

        // The root lacks the mount points, and must not get them.
        yield return Exec(ground, "! touch /no; cat /deep/er/c/f > /written/out; ls / > /written/root", [ExecMount.Bind("/deep/er", seed, readOnly: true), ExecMount.Bind("/written", LlbState.Scratch)], isReadOnly: true);
        yield return Exec(GraphBed.Run(ground, "mkdir -m 700 /written"), "ls / > /written/root; touch /own", [ExecMount.Bind("/written/in", seed)]);
    }

    private static LlbState Exec(LlbState ground, string script, IReadOnlyList<ExecMount> mounts, bool isReadOnly = false)
    {
        var run = ground.Run(new ExecOptions { Args = ["/bin/sh", "-ec", script], Mounts = mounts, Network = NetMode.None, ReadOnlyRoot = isReadOnly }, Platform.LinuxAmd64, "run");
        return run.Root;
    }

    // The processes that name a store, and whatever they began.
    private static List<int> Family(string store)
    {
        var all = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!, CultureInfo.InvariantCulture)).Where(p => p != Environment.ProcessId).ToList();
        var family = all.Where(p => Read(p, "cmdline").Contains(store, StringComparison.Ordinal)).ToHashSet();
        while (all.Where(p => !family.Contains(p) && StatOf(p) is [_, var parent, ..] && family.Contains(int.Parse(parent, CultureInfo.InvariantCulture))).ToList() is { Count: > 0 } more) family.UnionWith(more);
        return [.. family];
    }

    private static string? StartOf(int process) => StatOf(process) is { Length: > 19 } stat && stat[0] != "Z" ? stat[19] : null;

    // What stands after the name in parentheses: the state, the parent, ...; the start is the twentieth.
    private static string[] StatOf(int process) => Read(process, "stat") is { Length: > 0 } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : [];

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
