using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>What steps reach of the network, with each of the programs that connect them.</summary>
public static partial class StepScenes
{
    public static Task PastaReachesTheHostsNetworkAndNames()
    {
        LinkPrograms("crun", "pasta");
        return NetworkAsync();
    }

    public static Task Slirp4netnsReachesTheHostsNetworkAndNames()
    {
        LinkPrograms("crun", "slirp4netns");
        return NetworkAsync();
    }

    public static async Task AStubOfNamesIsAskedThroughTheForwarder()
    {
        foreach (var program in (string[])["pasta", "slirp4netns"])
        {
            Directory.CreateDirectory("/mnt/path");
            foreach (var old in Directory.GetFiles("/mnt/path")) File.Delete(old);
            LinkPrograms("crun", program);
            // A stub on the worker's loopback, which no step can reach by itself.
            File.WriteAllText("/mnt/stub.conf", "# comment\nnameserver 127.0.0.54\nsearch example.test\noptions ndots:2\n");
            var bench = new StepBench(searchPath: "/mnt/path", resolver: "/mnt/stub.conf");
            await bench.ShellAsync("cat /etc/resolv.conf; nslookup name.invalid 2>&1 | grep -q NXDOMAIN && echo names", s => s with { Network = NetMode.Unset });
            Assert.Equal($"nameserver {(program == "pasta" ? "192.0.0.8" : "10.0.2.3")}\nsearch example.test\noptions ndots:2\nnames\n", bench.Text.Output);
            await bench.ShellAsync("cat /etc/resolv.conf", s => s with { Network = NetMode.None });
            Assert.EndsWith("names\nsearch example.test\noptions ndots:2\n", bench.Text.Output, StringComparison.Ordinal);
        }
    }

    public static async Task ANetworkThatIsConnectedAheadIsFreshAndGoesWithTheRunner()
    {
        LinkPrograms("crun", "pasta");
        var bench = new StepBench(searchPath: "/mnt/path", connectsAhead: true);
        var seen = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            bench.Runner.ConnectAhead();
            await bench.ShellAsync("readlink /proc/self/ns/net; ip route | grep -c default", s => s with { Network = NetMode.Unset });
            var lines = bench.Text.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^2..];
            Assert.Equal("1", lines[1]);
            Assert.True(seen.Add(lines[0]), $"{lines[0]} was there before");
        }
        // One whose program is killed meanwhile is not given to a step.
        var servers = Process.GetProcesses().Where(p => p.ProcessName.StartsWith("pas", StringComparison.Ordinal)).ToList();
        Assert.Single(servers);
        servers[0].Kill();
        servers[0].WaitForExit();
        await bench.ShellAsync("ip route | grep -c default", s => s with { Network = NetMode.Unset });
        Assert.EndsWith("\n1\n", bench.Text.Output, StringComparison.Ordinal);
        await bench.Runner.DisposeAsync();
        StepBench.AssertNothingLeft();
    }

    public static async Task ANetworkThatNobodyTakesGoes()
    {
        LinkPrograms("crun", "pasta");
        var (folder, time) = (Directory.CreateDirectory("/mnt/networks").FullName, new HeldTime());
        await using var networks = new StepNetworks(folder, "/mnt/path", time);
        networks.Prepare(forwardsNames: false);
        await using (var taken = await networks.TakeAsync(forwardsNames: false, default))
        {
            Assert.Equal(folder + "/1", taken.NamespacePath);
            networks.Prepare(forwardsNames: false);
            time.Pass();
            await networks.SettleAsync();
            Assert.Equal([folder + "/1", folder + "/1.log"], Directory.GetFiles(folder).Order(StringComparer.Ordinal));
            Assert.True(taken.IsServed);
        }
        Assert.Empty(Directory.GetFiles(folder));
    }

    public static async Task ANetworkThatACancelledStepWouldHaveTakenGoes()
    {
        LinkPrograms("crun", "pasta");
        var folder = Directory.CreateDirectory("/mnt/networks").FullName;
        await using var networks = new StepNetworks(folder, "/mnt/path", TimeProvider.System);
        networks.Prepare(forwardsNames: false);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => networks.TakeAsync(forwardsNames: false, new CancellationToken(canceled: true)));
        await networks.SettleAsync();
        Assert.Empty(Directory.GetFiles(folder));
        Assert.DoesNotContain(Process.GetProcesses(), p => p.ProcessName.StartsWith("pas", StringComparison.Ordinal));
    }

    // Pauses last until they are told to be over.
    private sealed class HeldTime : TimeProvider
    {
        private Action? _waiting;

        public void Pass()
        {
            var over = _waiting;
            _waiting = null;
            over?.Invoke();
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == TimeSpan.FromSeconds(5)) _waiting += () => callback(state);
            return base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private static async Task NetworkAsync()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var bench = new StepBench(searchPath: "/mnt/path");
        var names = File.ReadLines("/etc/resolv.conf").Where(l => l.StartsWith("nameserver ", StringComparison.Ordinal)).ToList();
        await bench.ShellAsync($$"""
            cat /etc/resolv.conf; ip -o link | wc -l
            nc -w 2 127.0.0.1 {{((IPEndPoint)server.LocalEndpoint).Port}} < /dev/null || echo no loopback
            nc -w 2 $(ip route | grep default | cut -d' ' -f3) {{((IPEndPoint)server.LocalEndpoint).Port}} < /dev/null || echo no gateway
            nslookup name.invalid 2>&1 | grep -q NXDOMAIN && echo names
            """, s => s with { Network = NetMode.Unset });
        Assert.Equal(string.Concat(names.Select(n => n + "\n")) + "2\nno loopback\nno gateway\nnames\n", bench.Text.Output);
        Assert.False(server.Pending());
        StepBench.AssertNothingLeft();
    }
}
