using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Snapshots.Linux;
using System.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Probing;

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

    // reliability B20
    public static async Task UsersAreWhatDockerMakesOfThem()
    {
        foreach (var (user, ids) in ((string, string)[])
        [
            ("", "0 0 0 10"), ("root", "0 0 0 10"), ("app", "1000 1001 1001 4 10"), ("app:other", "1000 2000 2000"), ("1000", "1000 1001 1001 4 10"),
            ("1234", "1234 0 0"), ("1234:5", "1234 5 5"), (":app", "0 1001 1001"), ("app:7", "1000 7 7"), ("0:0", "0 0 0"),
        ])
        {
            var bench = new StepBench();
            await bench.ShellAsync("echo $(id -u) $(id -g) $(id -G); echo $HOME", s => s with { User = user });
            Assert.Equal((user, ids), (user, bench.Text.Output.Split('\n')[0]));
            Assert.Equal(user.StartsWith("app", StringComparison.Ordinal) || user == "1000" ? "/home/app" : user.StartsWith("1234", StringComparison.Ordinal) ? "/" : "/root", bench.Text.Output.Split('\n')[1]);
        }
        foreach (var user in (string[])["nobody", "app:nobody", "big", "65535", "99999999999999999999", "-1", "4294967296"])
            Assert.Equal("MBK2014", (await Assert.ThrowsAsync<WorkerException>(() => new StepBench().ShellAsync("true", s => s with { User = user }))).Code);
    }

    // reliability B17
    public static async Task HostileAccountFilesEndQuickly()
    {
        foreach (var make in (Action<string>[])
        [
            p => StepBench.Run("mkfifo", p), p => Directory.CreateDirectory(p), p => File.CreateSymbolicLink(p, "/etc/group"),
            p => { using var f = File.Create(p); f.SetLength(10L << 30); }, p => File.WriteAllBytes(p, new byte[11 << 20]),
        ])
        {
            var spec = StepBench.Mount(root => StepBench.Shell(root, "true"), lower => { File.Delete(lower + "/etc/passwd"); make(lower + "/etc/passwd"); });
            var clock = Stopwatch.StartNew();
            Assert.Equal("MBK2014", (await Assert.ThrowsAsync<WorkerException>(() => new StepBench().RunAsync(spec))).Code);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1));
        }
        await new StepBench().ShellAsync("true", fill: lower => File.WriteAllBytes(lower + "/etc/passwd", [0xff, (byte)':', 0, (byte)':', (byte)'\n']));
        await new StepBench().ShellAsync("true", fill: lower => File.Delete(lower + "/etc/passwd"));
    }

    // reliability B3 and B18
    public static async Task WorkingDirectoriesStayInside()
    {
        var bench = new StepBench();
        var spec = StepBench.Mount(root => StepBench.Shell(root, "pwd; stat -c %u:%a .; touch here") with { WorkingDirectory = "/new/deep/" });
        await bench.RunAsync(spec);
        Assert.Equal("/new/deep\n0:755\n", bench.Text.Output);
        Assert.Equal(["/new", "/new/deep", "/new/deep/here"], StepBench.Left(spec));

        var outside = Directory.CreateDirectory("/mnt/outside").FullName;
        await bench.ShellAsync("pwd", s => s with { WorkingDirectory = "/link/made" }, lower => File.CreateSymbolicLink(lower + "/link", outside));
        Assert.EndsWith("/mnt/outside/made\n", bench.Text.Output, StringComparison.Ordinal);
        await bench.ShellAsync("pwd", s => s with { WorkingDirectory = "/link" }, lower => File.CreateSymbolicLink(lower + "/link", "../../../../mnt/outside/up"));
        Assert.Empty(Directory.GetFileSystemEntries(outside));

        string[] bad = ["/proc/self/cwd", "/proc/1/root", "/proc/self/exe", "/to-proc/self/cwd", "/sys", "/dev/shm", "/loop", "/bin/busybox", "/bin/busybox/x", "relative", .. Enumerable.Range(3, 12).Select(n => $"/proc/self/fd/{n}")];
        foreach (var path in bad)
        {
            var refused = StepBench.Mount(root => StepBench.Shell(root, "true") with { WorkingDirectory = path }, lower =>
            {
                File.CreateSymbolicLink(lower + "/to-proc", "/proc");
                File.CreateSymbolicLink(lower + "/loop", "/loop");
            });
            Assert.Contains((await Assert.ThrowsAsync<WorkerException>(() => bench.RunAsync(refused))).Code, (string[])["MBK2015", "MBK2018"]);
            Assert.Empty(StepBench.Left(refused));
        }
        StepBench.AssertNothingLeft();
    }

    // reliability B5, B8 and B11
    public static async Task TreesThatLinkTheSystemAwayAreRefused()
    {
        foreach (var name in (string[])["dev", "proc", "sys"])
            foreach (var target in (string[])["/mnt/outside", "../../../mnt/outside", "etc", "/not/there", name])
            {
                Directory.CreateDirectory("/mnt/outside");
                var spec = StepBench.Mount(root => StepBench.Shell(root, "true"), lower => File.CreateSymbolicLink($"{lower}/{name}", target));
                Assert.Equal("MBK2015", (await Assert.ThrowsAsync<WorkerException>(() => new StepBench().RunAsync(spec))).Code);
                Assert.Empty(Directory.GetFileSystemEntries("/mnt/outside"));
                Assert.Empty(StepBench.Left(spec));
            }
    }

    public static async Task LinkedFilesAreMountedInsideAndLeaveNothing()
    {
        foreach (var target in (string[])["../run/systemd/resolve/stub-resolv.conf", "/mnt/outside/file", "/../../../mnt/outside/file", "resolv.real"])
        {
            Directory.CreateDirectory("/mnt/outside");
            var bench = new StepBench(new StepGrants(HostNetwork: true));
            var spec = StepBench.Mount(root => StepBench.Shell(root, "cat /etc/resolv.conf; cat /etc/hosts") with { Network = NetMode.Host, Hostname = "name", ExtraHosts = [new ExtraHost("more", "10.1.2.3")] },
                lower => File.CreateSymbolicLink(lower + "/etc/resolv.conf", target));
            await bench.RunAsync(spec);
            Assert.Equal(File.ReadAllText("/etc/resolv.conf") + "127.0.0.1\tlocalhost name\n::1\tlocalhost ip6-localhost ip6-loopback\n10.1.2.3\tmore\n", bench.Text.Output);
            Assert.DoesNotContain(StepBench.Left(spec), e => e.Contains("conf", StringComparison.Ordinal) || e.Contains("outside", StringComparison.Ordinal) || e.Contains("run", StringComparison.Ordinal));
            Assert.Empty(Directory.GetFileSystemEntries("/mnt/outside"));
        }
        foreach (var target in (string[])["resolv.conf", "/proc/self/environ", "/bin"])
            Assert.Equal("MBK2015", (await Assert.ThrowsAsync<WorkerException>(() => new StepBench().ShellAsync("true", fill: lower => File.CreateSymbolicLink(lower + "/etc/resolv.conf", target)))).Code);
    }

    // reliability B2
    public static async Task AStepThatReplacesAMountPointHarmsNothing()
    {
        Directory.CreateDirectory("/mnt/outside/systemd/resolve");
        File.WriteAllText("/mnt/outside/systemd/resolve/stub-resolv.conf", "");
        var bench = new StepBench();
        await bench.ShellAsync("mkdir -p /run2; rm -rf /run 2>/dev/null; ls /run 2>/dev/null; ln -s /mnt/outside /run3; true", fill: lower => File.CreateSymbolicLink(lower + "/etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf"));
        Assert.True(File.Exists("/mnt/outside/systemd/resolve/stub-resolv.conf"));
        StepBench.AssertNothingLeft();
    }

    public static async Task MountsAreWhatTheyShouldBe()
    {
        Directory.CreateDirectory("/mnt/source/sub");
        File.WriteAllText("/mnt/source/file", "read me");
        Directory.CreateDirectory("/mnt/cache");
        StepBench.Run("chown", "-R", "1:1", "/mnt/source", "/mnt/cache");
        using var pinned = new SafeFileHandle(Kernel.OpenIn(Kernel.CurrentDirectory, "/mnt/cache", Kernel.PathOnly, 0), ownsHandle: true);
        var bench = new StepBench();
        StepSpec Make(string root) => StepBench.Shell(root, """
            cat /src/file; touch /src/x 2>/dev/null || echo read-only; echo kept > /root/.cache/kept; dd if=/dev/zero of=/fast/big bs=1k count=200 2>/dev/null || echo full
            grep -E ' (/src|/root/.cache|/fast) ' /proc/self/mountinfo | grep -v nosuid,nodev; ls -A /src/sub/in; touch /src/sub/in/made
            """) with
        {
            Mounts = [new TmpfsMount("/src/sub/in"), new BindMount("/mnt/source", "/src", ReadOnly: true), new CacheDirectory($"/proc/self/fd/{pinned.DangerousGetHandle()}", "/root/.cache"), new TmpfsMount("/fast", 100 << 10), new BindMount("/mnt/source/file", "/etc/one", ReadOnly: true)],
        };
        Directory.CreateDirectory("/mnt/source/sub/in");
        var spec = StepBench.Mount(Make);
        await bench.RunAsync(spec);
        Assert.Equal("read meread-only\nfull\n", bench.Text.Output);
        Assert.Equal("kept\n", File.ReadAllText("/mnt/cache/kept"));
        Assert.Empty(Directory.GetFileSystemEntries("/mnt/source/sub/in"));
        Assert.Empty(StepBench.Left(spec));
        foreach (var place in (string[])["/", "/proc", "/proc/self", "/sys/x", "/dev", "relative", "/a/../b", "/a//b"])
            Assert.Equal("MBK2018", (await Assert.ThrowsAsync<WorkerException>(() => bench.RunAsync(StepBench.Mount(r => StepBench.Shell(r, "true")) with { Mounts = [new TmpfsMount(place)] }))).Code);
    }

    public static async Task AReadOnlyRootIsOne()
    {
        var bench = new StepBench();
        var spec = StepBench.Mount(root => StepBench.Shell(root, "touch /x 2>/dev/null || echo refused; touch /dev/shm/x /fast/x && echo memory") with { ReadOnlyRoot = true, Mounts = [new TmpfsMount("/fast")] });
        await bench.RunAsync(spec);
        Assert.Equal("refused\nmemory\n", bench.Text.Output);
        Assert.Empty(StepBench.Left(spec));
    }

    // reliability H1
    public static async Task SecretsAreInMemoryAndGoWithTheStep()
    {
        var bench = new StepBench();
        var secret = "canary-5f2a"u8.ToArray();
        var spec = StepBench.Mount(root => StepBench.Shell(root, """
            cat /run/secrets/one; stat -c ' %u:%g:%a' /run/secrets/one /run/secrets/two; grep ' /run/secrets/one ' /proc/self/mountinfo
            echo x > /run/secrets/one || echo read-only
            """) with { Mounts = [new SecretFile("/run/secrets/one", secret), new SecretFile("/run/secrets/two", secret, 1000, 1001, 0x124)] });
        await bench.RunAsync(spec);
        Assert.StartsWith("canary-5f2a 0:0:400\n 1000:1001:444\n", bench.Text.Output, StringComparison.Ordinal);
        Assert.Contains(" ro,nosuid,nodev,noexec", bench.Text.Output, StringComparison.Ordinal);
        Assert.Contains(" - tmpfs ", bench.Text.Output, StringComparison.Ordinal);
        Assert.EndsWith("read-only\n", bench.Text.Output, StringComparison.Ordinal);
        Assert.Empty(StepBench.Left(spec));
        Assert.DoesNotContain("canary", spec.ToString(), StringComparison.Ordinal);
        StepBench.AssertNothingLeft();
        Assert.DoesNotContain(Directory.GetFiles(StepBench.Home, "*", SearchOption.AllDirectories).Where(f => !f.Contains("/root/", StringComparison.Ordinal)), f => File.ReadAllText(f).Contains("canary-5f2a", StringComparison.Ordinal));

        var disk = new StepRunner(new StepRunnerOptions { Scratch = "/var/tmp", SearchPath = "/usr/bin" }, TimeProvider.System);
        Assert.Equal("MBK2018", (await Assert.ThrowsAsync<WorkerException>(() => disk.RunAsync(spec, bench.Text, default))).Code);
    }

    // reliability H2
    public static async Task ASocketIsHeardByItsOwnerOnly()
    {
        Directory.CreateDirectory("/mnt/agent");
        using var listener = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        listener.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint("/mnt/agent/socket"));
        listener.Listen();
        var bench = new StepBench();
        var mount = new SshSocket("/mnt/agent/socket", "/run/agent.sock", 1000, 1001);
        for (var i = 0; i < 3; i++) await bench.ShellAsync("true");
        var descriptors = Descriptors();
        var accepted = listener.AcceptAsync();
        await bench.RunAsync(ConnectingTo(mount, "1000:1001"));
        Assert.StartsWith("1000:1001:600 socket\n", bench.Text.Output, StringComparison.Ordinal);
        using (await accepted.WaitAsync(TimeSpan.FromSeconds(5))) accepted = listener.AcceptAsync();
        await bench.RunAsync(ConnectingTo(mount, "1234"));
        Assert.EndsWith("refused 13\n", bench.Text.Output, StringComparison.Ordinal);
        Assert.False(accepted.IsCompleted);
        for (var i = 0; i < 20; i++) await bench.ShellAsync("true", s => s with { Mounts = [mount] });
        var now = Descriptors();
        Assert.True(now.Count <= descriptors.Count + 4, string.Join(' ', now));
    }

    private static StepSpec ConnectingTo(SshSocket socket, string user)
    {
        var spec = MachineTree.Make(MakeTreeFolder(), ["/bin/sh", "-c", """
            stat -c '%u:%g:%a %F' /run/agent.sock
            perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Peer => "/run/agent.sock") or exit $! + 0' || echo refused $?
            """]);
        return spec with { User = user, Network = NetMode.None, Mounts = [.. spec.Mounts, socket] };
    }

    // Without the assemblies that the process loads as it goes.
    private static List<string> Descriptors() =>
        [.. Directory.GetFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget ?? "").Where(t => t.Length > 0 && !t.EndsWith(".dll", StringComparison.Ordinal))];

    public static async Task StepsRunSideBySide()
    {
        var bench = new StepBench();
        var specs = Enumerable.Range(0, 8).Select(i => StepBench.Mount(root => StepBench.Shell(root, $"sleep 0.2; echo {i} > /made"))).ToList();
        await Task.WhenAll(specs.Select(s => bench.RunAsync(s)));
        Assert.All(specs, (s, i) => Assert.Equal($"{i}\n", File.ReadAllText(s.Root + "/made")));
        StepBench.AssertNothingLeft();
    }
}
