using System.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>What happens inside a worker. Each scene is played in a process of its own, by <see cref="WorkerSpace"/>.</summary>
public static partial class StepScenes
{
    public static async Task TrueSucceedsAndLeavesNothing()
    {
        var bench = new StepBench();
        var spec = StepBench.Mount(root => new StepSpec { Root = root, Args = ["true"], Environment = ["PATH=/bin"], Network = NetMode.None });
        Assert.Equal(0, (await bench.RunAsync(spec)).ExitCode);
        Assert.Empty(StepBench.Left(spec));
        StepBench.AssertNothingLeft();
    }

    public static async Task RuncDoesTheSame()
    {
        Directory.CreateDirectory("/mnt/path");
        File.CreateSymbolicLink("/mnt/path/runc", "/usr/sbin/runc");
        var bench = new StepBench(searchPath: "relative:/mnt/path");
        var spec = StepBench.Mount(root => StepBench.Shell(root, "id -u; echo err >&2; exit 3") with { ValidExitCodes = [3] });
        Assert.Equal(3, (await bench.RunAsync(spec)).ExitCode);
        Assert.Equal(("0\n", "err\n"), (bench.Text.Output, bench.Text.Error));
        Assert.Empty(StepBench.Left(spec));
        var missing = await Assert.ThrowsAsync<WorkerException>(() => bench.RunAsync(StepBench.Mount(root => StepBench.Shell(root, "") with { Args = ["/not/there"] })));
        Assert.Equal("MBK2016", missing.Code);
        using var stop = new CancellationTokenSource();
        var running = bench.RunAsync(StepBench.Mount(root => StepBench.Shell(root, "echo begun; sleep 1000 & sleep 1000")), stop.Token);
        await bench.Text.WaitForAsync("begun");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(2)));
        StepBench.AssertNothingLeft();
    }

    public static async Task WithoutRuntimeThePackageIsNamed()
    {
        var e = await Assert.ThrowsAsync<WorkerException>(() => new StepBench(searchPath: ".:bin").ShellAsync("true"));
        Assert.Equal("MBK2010", e.Code);
        Assert.Contains("'crun'", e.Message, StringComparison.Ordinal);
    }

    public static async Task WithoutNetworkProgramThePackageIsNamed()
    {
        Directory.CreateDirectory("/mnt/path");
        File.CreateSymbolicLink("/mnt/path/crun", "/usr/bin/crun");
        var e = await Assert.ThrowsAsync<WorkerException>(() => new StepBench(searchPath: "/mnt/path").ShellAsync("true", s => s with { Network = NetMode.Unset }));
        Assert.Equal("MBK2011", e.Code);
        Assert.Contains("'passt'", e.Message, StringComparison.Ordinal);
    }

    public static async Task AFailureHasCodeCommandAndLastLines()
    {
        var bench = new StepBench();
        var e = await Assert.ThrowsAsync<WorkerException>(() => bench.ShellAsync("seq 100; echo late >&2; exit 7"));
        Assert.Equal("MBK2012", e.Code);
        Assert.Equal(7, e.Failure!.ExitCode);
        Assert.Equal("/bin/sh", e.Failure.Args[0]);
        Assert.Contains("late", e.Failure.LastLines);
        Assert.Contains("100", e.Failure.LastLines);
        Assert.DoesNotContain("50", e.Failure.LastLines);
        StepBench.AssertNothingLeft();
    }

    public static async Task AProgramThatIsNotThereIsNamed()
    {
        var bench = new StepBench();
        var e = await Assert.ThrowsAsync<WorkerException>(() => bench.RunAsync(StepBench.Mount(root => new StepSpec { Root = root, Args = ["/not/there"], Network = NetMode.None })));
        Assert.Equal("MBK2016", e.Code);
        Assert.Contains("/not/there", e.Message, StringComparison.Ordinal);
        StepBench.AssertNothingLeft();
    }

    public static async Task OutputIsWhole()
    {
        var bench = new StepBench();
        await bench.ShellAsync("dd if=/dev/zero bs=1000 count=5000 2>/dev/null; seq 100000 >&2");
        Assert.Equal(5_000_000, bench.Text.Output.Length);
        Assert.Equal(string.Concat(Enumerable.Range(1, 100_000).Select(i => $"{i}\n")), bench.Text.Error);
    }

    public static async Task SignalsAreAsAProgramExpectsThem()
    {
        var bench = new StepBench();
        await bench.ShellAsync("grep -E 'Sig(Blk|Ign):' /proc/self/status; yes | true; readlink /proc/self/fd/0");
        Assert.Equal(("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n/dev/null\n", ""), (bench.Text.Output, bench.Text.Error));
    }

    public static async Task OutputComesWhileTheStepRuns()
    {
        var bench = new StepBench();
        var running = bench.ShellAsync("echo first; sleep 2; echo last");
        await bench.Text.WaitForAsync("first");
        Assert.False(running.IsCompleted);
        await running;
        Assert.Equal("first\nlast\n", bench.Text.Output);
    }

    public static async Task CancellingKillsAllOfItSoon()
    {
        var bench = new StepBench();
        using var stop = new CancellationTokenSource();
        // Deaf to polite signals, with children of other sessions.
        var running = bench.RunAsync(StepBench.Mount(root => StepBench.Shell(root, "trap '' TERM INT; (trap '' TERM; sleep 1000) & echo begun; while true; do sleep 1; done")), stop.Token);
        await bench.Text.WaitForAsync("begun");
        var clock = Stopwatch.StartNew();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), clock.Elapsed.ToString());
        StepBench.AssertNothingLeft();
    }

    public static async Task CancellingAtAnyMomentLeavesNothing()
    {
        var bench = new StepBench();
        for (var delay = 0; delay < 60; delay += 2)
        {
            using var stop = new CancellationTokenSource();
            var running = bench.RunAsync(StepBench.Mount(root => StepBench.Shell(root, "sleep 1000") with { Network = delay % 4 == 0 ? NetMode.Unset : NetMode.None }), stop.Token);
            await Task.Delay(delay);
            await stop.CancelAsync();
            var e = await Record.ExceptionAsync(() => running.WaitAsync(TimeSpan.FromSeconds(2)));
            Assert.True(e is OperationCanceledException, $"after {delay} ms: {e}");
        }
        StepBench.AssertNothingLeft();
    }

    public static async Task LimitsEndAStep()
    {
        var bench = new StepBench();
        var slow = await Assert.ThrowsAsync<WorkerException>(() => bench.ShellAsync("sleep 1000", s => s with { Limits = new StepLimits { Time = TimeSpan.FromMilliseconds(300) } }));
        var loud = await Assert.ThrowsAsync<WorkerException>(() => bench.ShellAsync("yes", s => s with { Limits = new StepLimits { Output = 1000 } }));
        Assert.Equal(("MBK2017", "MBK2017"), (slow.Code, loud.Code));
        Assert.Contains("longer", slow.Message, StringComparison.Ordinal);
        Assert.Contains("1000 bytes", loud.Message, StringComparison.Ordinal);
        StepBench.AssertNothingLeft();
    }

    public static async Task LimitsOfProcessesAreSet()
    {
        var bench = new StepBench();
        await bench.ShellAsync("ulimit -Hn; ulimit -c; ulimit -s; grep processes /proc/self/limits", s => s with { Ulimits = [new StepUlimit("stack", 4 << 20, -1)], Limits = new StepLimits { OpenFiles = 512 } });
        Assert.StartsWith("512\n0\n4096\n", bench.Text.Output, StringComparison.Ordinal);
        Assert.Contains("4096", bench.Text.Output, StringComparison.Ordinal);
        Assert.Equal("MBK2018", (await Assert.ThrowsAsync<WorkerException>(() => bench.ShellAsync("true", s => s with { Ulimits = [new StepUlimit("nothing", 1, 1)] }))).Code);
        // A fork bomb ends in an error instead of the machine.
        await bench.ShellAsync("for i in $(seq 100); do sleep 5 & done; echo end", s => s with { Limits = new StepLimits { Processes = 20 }, ValidExitCodes = [0, 1, 2] });
        Assert.Contains("can't fork", bench.Text.Error, StringComparison.Ordinal);
    }

    public static async Task NothingButGrantedIsGiven()
    {
        var bench = new StepBench();
        Assert.Equal("MBK2013", (await Assert.ThrowsAsync<WorkerException>(() => bench.ShellAsync("true", s => s with { Network = NetMode.Host }))).Code);
        Assert.Equal("MBK2013", (await Assert.ThrowsAsync<WorkerException>(() => bench.ShellAsync("true", s => s with { Security = SecurityMode.Insecure }))).Code);
        var granted = new StepBench(new StepGrants(HostNetwork: true, Insecure: true));
        await granted.ShellAsync("readlink /proc/self/ns/net; cat /etc/resolv.conf", s => s with { Network = NetMode.Host });
        Assert.Equal($"{new FileInfo("/proc/self/ns/net").LinkTarget}\n{File.ReadAllText("/etc/resolv.conf")}", granted.Text.Output);
        await granted.ShellAsync("mount -t tmpfs tmpfs /tmp && echo mounted; grep Seccomp: /proc/self/status", s => s with { Security = SecurityMode.Insecure });
        Assert.Contains("mounted\nSeccomp:\t0\n", granted.Text.Output, StringComparison.Ordinal);
    }

    public static async Task NewPrivilegesAreForOthersThanRootAndOnlyWhenAskedFor()
    {
        foreach (var (user, allowed, expected) in ((string, bool, string)[])[("app", false, "1 2"), ("app", true, "0 2"), ("", true, "1 2")])
        {
            var bench = new StepBench();
            await bench.ShellAsync("echo $(grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status)", s => s with { User = user, AllowNewPrivileges = allowed });
            Assert.Equal($"NoNewPrivs: {expected.Split(' ')[0]} Seccomp: {expected.Split(' ')[1]}\n", bench.Text.Output);
        }
    }

    public static async Task StepsRunSideBySide()
    {
        var bench = new StepBench();
        var specs = Enumerable.Range(0, 8).Select(i => StepBench.Mount(root => StepBench.Shell(root, $"sleep 0.2; echo {i} > /made"))).ToList();
        await Task.WhenAll(specs.Select(s => bench.RunAsync(s)));
        Assert.All(specs, (s, i) => Assert.Equal($"{i}\n", File.ReadAllText(s.Root + "/made")));
        StepBench.AssertNothingLeft();
    }
}
