using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>Containers in a real worker process, with a real runtime.</summary>
[Collection(typeof(AloneCollection))]
public sealed class ContainerWorkerTests : IAsyncDisposable
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(2);

    private readonly ContainerBed _bed = new();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Start_TenMegabytesBothWays_ArriveAsTheyAre()
    {
        await using var container = await _bed.OpenAsync();
        await using var process = await container.StartAsync(ContainerBed.Shell("busybox cat"), default);
        var bytes = RandomNumberGenerator.GetBytes(10_000_000);
        var sending = Task.Run(async () =>
        {
            await process.Input.WriteAsync(bytes);
            await process.Input.DisposeAsync();
        });
        using var received = new MemoryStream();
        await process.Output.CopyToAsync(received);
        await sending;
        Assert.True(bytes.AsSpan().SequenceEqual(received.ToArray()));
        Assert.Equal(0, await process.ExitCode);
        Assert.True(process.MostHeld <= ByteWindow.Size, $"{process.MostHeld} bytes were held");
    }

    [Fact]
    public async Task Start_ManySmallMessages_AreAnsweredEach()
    {
        await using var container = await _bed.OpenAsync();
        await using var process = await container.StartAsync(ContainerBed.Shell("while read -r line; do echo \"$line\"; done"), default);
        for (var i = 0; i < 500; i++)
        {
            await process.Input.WriteAsync(Encoding.ASCII.GetBytes($"{i}\n"));
            Assert.Equal($"{i}\n", await ContainerBed.ReadUntilAsync(process.Output, "\n"));
        }
    }

    [Fact]
    public async Task ExitCode_OfAProcess_IsItsOwnAndItsStreamsAreApart()
    {
        await using var container = await _bed.OpenAsync();
        Assert.Equal(("out\n", "err\n", 7), await ContainerBed.RunAsync(container, "echo out; echo err >&2; exit 7"));
    }

    [Fact]
    public async Task Start_AProgramThatIsNotThere_IsAnErrorThatNamesIt()
    {
        await using var container = await _bed.OpenAsync();
        var first = new ProcessDescription { Meta = new Meta { Args = { "/not/there" } } };
        var error = await Assert.ThrowsAsync<WorkerException>(() => container.StartAsync(first, default));
        Assert.Equal("MBK2016", error.Code);
        Assert.Contains("/not/there", error.Message, StringComparison.Ordinal);

        await using var other = await _bed.OpenAsync();
        await using var stays = await other.StartAsync(ContainerBed.Shell("busybox cat"), default);
        Assert.Equal("MBK2016", (await Assert.ThrowsAsync<WorkerException>(() => other.StartAsync(first, default))).Code);
        Assert.Equal(("still\n", "", 0), await ContainerBed.RunAsync(other, "echo still"));
    }

    [Fact]
    public async Task Signal_ToFirstAndOther_ReachesTheProcess()
    {
        await using var container = await _bed.OpenAsync();
        await using var first = await container.StartAsync(ContainerBed.Shell("trap 'exit 9' TERM; echo ready; while true; do busybox sleep 0.1; done"), default);
        await ContainerBed.ReadUntilAsync(first.Output, "ready");
        await using var other = await container.StartAsync(ContainerBed.Shell("exec busybox sleep 1000"), default);
        await other.SignalAsync("SIGTERM", default);
        Assert.Equal(128 + 15, await other.ExitCode);
        await first.SignalAsync("TERM", default);
        Assert.Equal(9, await first.ExitCode);
        Assert.Equal("MBK2062", (await Assert.ThrowsAsync<WorkerException>(() => first.SignalAsync("SIGNOTHING", default))).Code);
    }

    [Fact]
    public async Task Resize_OfATerminal_IsSeenByFirstAndOther()
    {
        await using var container = await _bed.OpenAsync();
        const string Script = "test -t 0 && test -t 1 && test -t 2 && echo $TERM; busybox stty size; read x; busybox stty size; read x";
        var description = ContainerBed.Shell(Script) with { HasTerminal = true, TerminalSize = new TerminalSize(40, 100) };
        await using var first = await container.StartAsync(description, default);
        await using var other = await container.StartAsync(description, default);
        foreach (var process in (ContainerProcess[])[other, first])
        {
            Assert.Contains("xterm", await ContainerBed.ReadUntilAsync(process.Output, "40 100"), StringComparison.Ordinal);
            await process.ResizeAsync(new TerminalSize(50, 120), default);
            // The size travels by a signal, and the key by a pipe.
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            await process.Input.WriteAsync("\n"u8.ToArray());
            await ContainerBed.ReadUntilAsync(process.Output, "50 120");
            await process.Input.WriteAsync("\n"u8.ToArray());
            await ContainerBed.ReadAsync(process.Output);
            Assert.Equal("", await ContainerBed.ReadAsync(process.Error));
            Assert.Equal(0, await process.ExitCode);
        }
    }

    [Fact]
    public async Task Start_TwoProcesses_SeeEachOthersFilesInOneSandbox()
    {
        await using var container = await _bed.OpenAsync();
        const string Facts = "busybox grep -E '^(Seccomp|NoNewPrivs|CapBnd|CapEff|CapAmb):' /proc/self/status; busybox readlink /proc/self/ns/pid; busybox hostname; umask";
        await using var first = await container.StartAsync(ContainerBed.Shell($"{Facts}; echo first > /made; echo end; read x; busybox cat /also"), default);
        var facts = await ContainerBed.ReadUntilAsync(first.Output, "end\n");
        Assert.Contains("NoNewPrivs:\t1\nSeccomp:\t2\n", facts, StringComparison.Ordinal);
        var other = await ContainerBed.RunAsync(container, $"{Facts}; busybox cat /made; echo second > /also");
        Assert.Equal(facts.Replace("end\n", "first\n", StringComparison.Ordinal), other.Output);
        await first.Input.WriteAsync("\n"u8.ToArray());
        Assert.Equal("second\n", await ContainerBed.ReadAsync(first.Output));
        // Another container knows nothing of it.
        await using var fresh = await _bed.OpenAsync();
        Assert.Equal(1, (await ContainerBed.RunAsync(fresh, "busybox cat /made")).ExitCode);
    }

    [Fact]
    public async Task Start_WithUserVariablesAndFolder_HasThemWhetherFirstOrNot()
    {
        _bed.Lend("token", "of the session");
        await using var container = await _bed.OpenAsync(d => d with { Hostname = "inside", ExtraHosts = [new HostIP { Host = "somewhere", IP = "192.0.2.7" }] });
        var description = ContainerBed.Shell("busybox id -u; busybox pwd; echo $A; echo $TOKEN; busybox hostname; busybox grep somewhere /etc/hosts; read x") with
        {
            SecretEnvironment = [new SecretEnv { ID = "token", Name = "TOKEN" }, new SecretEnv { ID = "none", Name = "NONE", Optional = true }],
        };
        description.Meta.MergeFrom(new Meta { User = "app", Cwd = "/data", Env = { "A=b" } });
        await using var first = await container.StartAsync(description, default);
        await using var other = await container.StartAsync(description, default);
        foreach (var process in (ContainerProcess[])[other, first])
        {
            await process.Input.DisposeAsync();
            Assert.Equal("1000\n/data\nb\nof the session\ninside\n192.0.2.7\tsomewhere\n", await ContainerBed.ReadAsync(process.Output));
        }
    }

    [Fact]
    public async Task ExitCode_OfTheFirst_EndsTheOthers()
    {
        await using var container = await _bed.OpenAsync();
        await using var first = await container.StartAsync(ContainerBed.Shell("read x"), default);
        await using var other = await container.StartAsync(ContainerBed.Shell("busybox sleep 1000 & busybox sleep 1000"), default);
        await first.Input.WriteAsync("\n"u8.ToArray());
        Assert.Equal(0, await first.ExitCode);
        Assert.Equal(128 + 9, await other.ExitCode.WaitAsync(s_soon));
        Assert.Equal("MBK2060", (await Assert.ThrowsAsync<WorkerException>(() => container.StartAsync(ContainerBed.Shell("true"), default))).Code);
        Assert.Equal(10, (await container.StatAsync(0, "data/one.txt", default)).Size);
    }

    [Fact]
    public async Task Read_FilesOfItsMounts_StaysInside()
    {
        await using var container = await _bed.OpenAsync(new Mount { Dest = "/work", Input = -1, Output = -1 }, new Mount { Dest = "/mem", Input = -1, MountType = MountType.Tmpfs, TmpfsOpt = new TmpfsOpt() });
        var made = await ContainerBed.RunAsync(container, "cd /work; echo made > a.txt; echo b > b.md; mkdir sub; ln -s /etc/passwd out; ln -s ../../../../etc/hostname up; ln -s /a.txt in; mkfifo pipe; chown 1000:1000 a.txt");
        Assert.Equal(("", "", 0), made);

        Assert.Equal(["a.txt", "b.md", "in", "out", "pipe", "sub", "up"], (await container.ReadDirectoryAsync(1, "/", "", default)).Select(f => f.Name));
        Assert.Equal(["b.md"], (await container.ReadDirectoryAsync(1, ".", "*.md", default)).Select(f => f.Name));
        var file = await container.StatAsync(1, "/in", default);
        Assert.Equal((0x81A4u, 1000u, 1000u, 5L), (file.Mode, file.Uid, file.Gid, file.Size));
        Assert.Equal("made\n", Encoding.UTF8.GetString(await container.ReadFileAsync(1, "in", 0, null, default)));
        Assert.Equal("345", Encoding.UTF8.GetString(await container.ReadFileAsync(0, "/data/one.txt", 3, 3, default)));
        Assert.Equal("89", Encoding.UTF8.GetString(await container.ReadFileAsync(0, "/data/one.txt", 8, 30, default)));
        Assert.Empty(await container.ReadFileAsync(0, "/data/one.txt", 11, null, default));
        foreach (var path in (string[])["out", "up", "../../etc/hostname", "none"]) Assert.Equal("MBK2061", (await Assert.ThrowsAsync<WorkerException>(() => container.ReadFileAsync(1, path, 0, null, default))).Code);
        foreach (var path in (string[])["pipe", "sub"]) Assert.Equal("MBK2061", (await Assert.ThrowsAsync<WorkerException>(() => container.ReadFileAsync(1, path, 0, null, default))).Code);
        foreach (var mount in (int[])[-1, 2, 3]) Assert.Equal("MBK2061", (await Assert.ThrowsAsync<WorkerException>(() => container.StatAsync(mount, "/", default))).Code);
        Assert.Equal("/etc/passwd", (await container.ReadDirectoryAsync(1, "", "out", default)).Single().Link);
    }

    [Fact]
    public async Task Open_WithMountsOfEveryKind_HasThem()
    {
        _bed.Lend("key", "secret");
        Mount[] mounts =
        [
            new Mount { Dest = "/ro", Readonly = true, Output = -1 }, new Mount { Dest = "/part", Selector = "/data", Output = -1 },
            new Mount { Dest = "/mem", Input = -1, MountType = MountType.Tmpfs, TmpfsOpt = new TmpfsOpt() },
            new Mount { Dest = "/keep", Input = -1, MountType = MountType.Cache, CacheOpt = new CacheOpt { ID = "keep" } },
            new Mount { Dest = "/key", Input = -1, MountType = MountType.Secret, SecretOpt = new SecretOpt { ID = "key", Mode = 256 } },
        ];
        await using (var container = await _bed.OpenAsync(mounts))
            Assert.Equal(("one.txt\nsecret0\n", 0), await OutputAsync(container, "ls /part; touch /ro/x 2>/dev/null && echo wrote; cat /key; echo 1 > /part/new; echo 1 > /keep/new; echo 1 > /mem/new; ls /ro/none 2>/dev/null; echo 0"));
        await using var next = await _bed.OpenAsync(mounts);
        Assert.Equal(("new\none.txt\n", 0), await OutputAsync(next, "ls /part /keep /mem | busybox grep -E 'one|new'"));
    }

    [Fact]
    public async Task Open_WithoutARoot_IsRefused() =>
        Assert.Equal("MBK2063", (await Assert.ThrowsAsync<WorkerException>(() => _bed.OpenAsync(d => d with { Mounts = [] }))).Code);

    [Fact]
    public async Task Start_WithMoreThanIsGranted_IsRefused()
    {
        await using var container = await _bed.OpenAsync();
        Assert.Equal("MBK2013", (await Assert.ThrowsAsync<WorkerException>(() => container.StartAsync(ContainerBed.Shell("true") with { Security = SecurityMode.Insecure }, default))).Code);
        await using var outside = await _bed.OpenAsync(d => d with { Network = NetMode.Host });
        Assert.Equal("MBK2013", (await Assert.ThrowsAsync<WorkerException>(() => outside.StartAsync(ContainerBed.Shell("true"), default))).Code);
    }

    [Fact]
    public async Task Output_ThatNobodyReads_IsHeldBack()
    {
        await using var container = await _bed.OpenAsync();
        await using var process = await container.StartAsync(ContainerBed.Shell("busybox yes"), default);
        while (process.MostHeld < ByteWindow.Size) await Task.Delay(5);
        // What it wrote by now stands in its pipe: it counts itself, and stays where it is.
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(ByteWindow.Size, process.MostHeld);
        var buffer = new byte[1 << 16];
        for (long total = 0; total < 50_000_000;) total += await process.Output.ReadAsync(buffer);
        Assert.Equal(ByteWindow.Size, process.MostHeld);
        Assert.False(process.ExitCode.IsCompleted);
    }

    [Fact]
    public async Task Output_ThatIsNotWanted_IsLetGoBy()
    {
        await using var container = await _bed.OpenAsync();
        await using var process = await container.StartAsync(ContainerBed.Shell("busybox dd if=/dev/zero bs=100000 count=100 2>/dev/null; exit 3"), default);
        await process.Output.DisposeAsync();
        Assert.Equal(3, await process.ExitCode);
    }

    [Fact]
    public async Task Input_ThatIsNotRead_IsHeldBackAndBreaksWithTheProcess()
    {
        await using var container = await _bed.OpenAsync();
        await using var process = await container.StartAsync(ContainerBed.Shell("trap 'exit 4' TERM; echo begun; while true; do busybox sleep 0.1; done"), default);
        await ContainerBed.ReadUntilAsync(process.Output, "begun");
        var writing = process.Input.WriteAsync(new byte[ByteWindow.Size * 4]).AsTask();
        Assert.NotSame(writing, await Task.WhenAny(writing, Task.Delay(TimeSpan.FromMilliseconds(300))));
        await process.SignalAsync("TERM", default);
        await Assert.ThrowsAsync<IOException>(() => writing);
        Assert.Equal(4, await process.ExitCode);
    }

    [Fact]
    public async Task Dispose_OfAProcessThatIsDeaf_KillsItSoon()
    {
        await using var container = await _bed.OpenAsync();
        await using var first = await container.StartAsync(ContainerBed.Shell("busybox cat"), default);
        await using var other = await container.StartAsync(ContainerBed.Shell("trap '' TERM INT HUP; echo ready; (trap '' TERM; busybox sleep 1000) & while true; do busybox sleep 1; done"), default);
        await ContainerBed.ReadUntilAsync(other.Output, "ready");
        var clock = Stopwatch.StartNew();
        await other.DisposeAsync();
        Assert.True(clock.Elapsed < s_soon, clock.Elapsed.ToString());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other.ExitCode);
        Assert.Equal(("alive\n", "", 0), await ContainerBed.RunAsync(container, "echo alive"));
    }

    [Fact]
    public async Task Dispose_OfAContainer_LeavesNothing()
    {
        await using (var before = await _bed.OpenAsync()) Assert.Equal(0, (await ContainerBed.RunAsync(before, "true")).ExitCode);
        var (programs, places) = (ContainerBed.Programs().Count, ContainerBed.Places());
        var container = await _bed.OpenAsync(new Mount { Dest = "/work", Input = -1, Output = -1 });
        var first = await container.StartAsync(ContainerBed.Shell("trap '' TERM; busybox sleep 1000 & busybox yes"), default);
        var other = await container.StartAsync(ContainerBed.Shell("busybox cat") with { HasTerminal = true }, default);
        Assert.True(ContainerBed.Programs().Count > programs);
        Assert.NotEqual(places, ContainerBed.Places());
        var clock = Stopwatch.StartNew();
        await container.DisposeAsync();
        Assert.True(clock.Elapsed < s_soon, clock.Elapsed.ToString());
        Assert.Equal(programs, ContainerBed.Programs().Count);
        Assert.Equal(places, ContainerBed.Places());
        foreach (var process in (ContainerProcess[])[first, other])
        {
            Assert.Equal("MBK2060", (await Assert.ThrowsAsync<WorkerException>(() => process.ExitCode)).Code);
            await process.DisposeAsync();
        }
        Assert.Equal("MBK2060", (await Assert.ThrowsAsync<WorkerException>(() => container.StartAsync(ContainerBed.Shell("true"), default))).Code);
    }

    [Fact]
    public async Task Start_CancelledAtAnyMoment_LeavesNothing()
    {
        await using (var before = await _bed.OpenAsync()) Assert.Equal(0, (await ContainerBed.RunAsync(before, "true")).ExitCode);
        var (programs, places) = (ContainerBed.Programs().Count, ContainerBed.Places());
        for (var delay = 0; delay < 60; delay += 6)
        {
            await using var container = await _bed.OpenAsync();
            await using var first = delay % 12 == 0 ? null : await container.StartAsync(ContainerBed.Shell("busybox cat"), default);
            using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(delay));
            var process = await Record.ExceptionAsync(async () => await (await container.StartAsync(ContainerBed.Shell("busybox sleep 1000"), stop.Token)).DisposeAsync());
            Assert.True(process is null or OperationCanceledException, $"after {delay} ms: {process}");
        }
        Assert.Equal(programs, ContainerBed.Programs().Count);
        Assert.Equal(places, ContainerBed.Places());
    }

    [Fact]
    public async Task Dispose_OfTheWorker_EndsContainersThatAreOpen()
    {
        var container = await _bed.OpenAsync();
        var process = await container.StartAsync(ContainerBed.Shell("trap '' TERM; busybox yes"), default);
        await _bed.EndWorkerAsync();
        var error = await Record.ExceptionAsync(() => process.ExitCode);
        Assert.True(error is OperationCanceledException or WorkerException { Code: "MBK2006" or "MBK2060" }, $"{error}");
        Assert.Empty(ContainerBed.Programs());
        await process.DisposeAsync();
        await container.DisposeAsync();
    }

    [Fact]
    public async Task Start_WithRunc_IsTheSame()
    {
        await using var bed = new ContainerBed(RealTool.Find("runc"));
        await using var container = await bed.OpenAsync();
        await using var first = await container.StartAsync(ContainerBed.Shell("trap 'exit 9' TERM; echo made > /made; echo ready; while true; do busybox sleep 0.1; done"), default);
        await ContainerBed.ReadUntilAsync(first.Output, "ready");
        Assert.Equal(("made\nSeccomp:\t2\n", "", 5), await ContainerBed.RunAsync(container, "busybox cat /made; busybox grep Seccomp: /proc/self/status; exit 5"));
        await using var shown = await container.StartAsync(ContainerBed.Shell("busybox stty size; read x; busybox stty size") with { HasTerminal = true, TerminalSize = new TerminalSize(40, 100) }, default);
        await ContainerBed.ReadUntilAsync(shown.Output, "40 100");
        await shown.ResizeAsync(new TerminalSize(50, 120), default);
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        await shown.Input.WriteAsync("\n"u8.ToArray());
        await ContainerBed.ReadUntilAsync(shown.Output, "50 120");
        await first.SignalAsync("TERM", default);
        Assert.Equal(9, await first.ExitCode);
    }

    private static async Task<(string Output, int ExitCode)> OutputAsync(StepContainer container, string script)
    {
        var (output, error, code) = await ContainerBed.RunAsync(container, script);
        Assert.Equal("", error);
        return (output, code);
    }
}
