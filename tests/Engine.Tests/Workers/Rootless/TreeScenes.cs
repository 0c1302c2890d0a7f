using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Probing;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Who steps are, where they work, and what is mounted for them.</summary>
public static partial class StepScenes
{
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

        var disk = new StepRunner(new StepRunnerOptions { Scratch = "/var/tmp", Trees = "/var/tmp", SearchPath = "/usr/bin" }, TimeProvider.System);
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
}
