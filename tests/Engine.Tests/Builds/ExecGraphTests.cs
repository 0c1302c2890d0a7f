using System.Net;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>What a command may ask of its surroundings, solved with a worker process of its own.</summary>
public sealed class ExecGraphTests : IAsyncDisposable
{
    private readonly GraphBed _bed = new() { Grants = new StepGrants(Insecure: true) };

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Solve_ACommandThatAsksForMuch_GetsIt()
    {
        const string Script =
            "hostname; echo $HTTP_PROXY $http_proxy $no_proxy; grep 10.0.0.7 /etc/hosts; ulimit -Hn; stat -f -c '%b %S' /dev/shm; touch /root 2>/dev/null || echo unchangeable; exit 3";
        var result = await _bed.SolveAsync(Run(new ExecOptions
        {
            Args = ["/bin/sh", "-c", $"({Script}) > /out/f; exit 3"], Network = NetMode.None, Hostname = "box", ReadOnlyRoot = true, ValidExitCodes = [3],
            ExtraHosts = [new HostAddress("db", IPAddress.Parse("10.0.0.7"))],
            Ulimits = [new Ulimit { Name = "nofile", Soft = 100, Hard = 200 }],
            Proxy = new ProxyEnv { HttpProxy = "http://p", NoProxy = "h" },
            Mounts = [ExecMount.Bind("/out", LlbState.Scratch), ExecMount.SharedMemory(1 << 20)],
        }).Mounts["/out"]);
        Assert.Equal(
            ["File f 644 box\nhttp://p http://p h\n10.0.0.7\tdb\n200\n256 4096\nunchangeable\n"],
            await _bed.ListAsync(Assert.Single(result.Layers)));
    }

    [Fact]
    public async Task Solve_WithOtherProxiesAndAddresses_StartsNoWorker()
    {
        var first = await _bed.SolveAsync(Ask("http://one", "10.0.0.1", "db"));
        var second = await _bed.SolveAsync(Ask("http://two", "10.0.0.2", "db"), () => throw new InvalidOperationException("A worker was started."));
        Assert.Equal(first.Layers, second.Layers);
        var other = await _bed.SolveAsync(Ask("http://one", "10.0.0.1", "other"));
        Assert.NotEqual(first.Layers[^1].DiffId, other.Layers[^1].DiffId);

        LlbState Ask(string proxy, string address, string host) => Run(new ExecOptions
        {
            Args = ["/bin/sh", "-c", "cat /etc/hosts > /out; echo $http_proxy >> /out"], Network = NetMode.None,
            Proxy = new ProxyEnv { HttpProxy = proxy }, ExtraHosts = [new HostAddress(host, IPAddress.Parse(address))],
        }).Root;
    }

    [Fact]
    public async Task Solve_WithAVariableOfItsOwn_KeepsItBesideTheProxies()
    {
        var result = await _bed.SolveAsync(Run(new ExecOptions
        {
            Args = ["/bin/sh", "-c", "echo $HTTP_PROXY $http_proxy $ALL_PROXY > /out"], Network = NetMode.None, Environment = ["HTTP_PROXY=mine"],
            Proxy = new ProxyEnv { HttpProxy = "http://p", AllProxy = "socks5://a" },
        }).Root);
        Assert.Contains("File out 644 mine http://p socks5://a\n", await _bed.ListAsync(result.Layers[^1]));
    }

    [Fact]
    public async Task Solve_InsecureThatIsGranted_HasAllThatTheNamespaceHas()
    {
        var result = await _bed.SolveAsync(Run(new ExecOptions
        {
            Args = ["/bin/sh", "-c", "mount -t tmpfs tmpfs /mnt && echo mounted > /out; grep -E 'Seccomp:|NoNewPrivs:' /proc/self/status >> /out; head -c 1 /proc/interrupts | wc -c >> /out; rmdir /mnt 2>/dev/null; true"],
            Network = NetMode.None, Security = SecurityMode.Insecure, Mounts = [ExecMount.Tmpfs("/mnt")],
        }).Root);
        Assert.Contains("File out 644 mounted\nNoNewPrivs:\t0\nSeccomp:\t0\n1\n", await _bed.ListAsync(result.Layers[^1]));
    }

    [Theory]
    [InlineData("", "vendor.example/none=0", "MBK2013")]
    [InlineData("builds", "", "MBK2047")]
    public async Task Solve_WhatCannotBeHad_IsRefused(string cgroup, string device, string code)
    {
        var options = new ExecOptions
        {
            Args = ["/bin/sh", "-c", "true"], Network = NetMode.None, CgroupParent = cgroup,
            Devices = device.Length == 0 ? [] : [new CDIDevice { Name = device, Optional = true }],
        };
        var error = await Assert.ThrowsAsync<SolveException>(() => _bed.SolveAsync(Run(options).Root));
        Assert.Equal(code, Assert.IsType<WorkerException>(error.GetBaseException()).Code);
    }

    private ExecStates Run(ExecOptions options) => _bed.Base.Run(options, Platform.LinuxAmd64, "run");
}
