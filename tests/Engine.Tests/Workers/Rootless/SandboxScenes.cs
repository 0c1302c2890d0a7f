using System.Net;
using System.Net.Sockets;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>The sandbox as a program sees it that tries to get out (probe.c).</summary>
public static partial class StepScenes
{
    private static readonly string[] s_kinds = ["user", "mnt", "pid", "ipc", "uts", "net"];

    public static Task TheSandboxHolds() => ProbeAsync(NetMode.Unset, "PATH");

    public static Task TheSandboxHoldsWithoutNetwork() => ProbeAsync(NetMode.None, "PATH");

    public static Task TheSandboxHoldsWithSlirp4netns()
    {
        LinkPrograms("crun", "slirp4netns");
        return ProbeAsync(NetMode.Unset, "/mnt/path");
    }

    public static Task TheSandboxHoldsWithAFilterMadeBefore() => ProbeAsync(NetMode.None, "PATH", isPrepared: true);

    public static Task TheSandboxHoldsWithRunc()
    {
        LinkPrograms("runc", "pasta");
        return ProbeAsync(NetMode.Unset, "/mnt/path");
    }

    private static async Task ProbeAsync(NetMode network, string searchPath, bool isPrepared = false)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var abstractServer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        abstractServer.Bind(new UnixDomainSocketEndPoint("\0msbuildkit-canary"));
        abstractServer.Listen();

        var bench = new StepBench(searchPath: searchPath == "PATH" ? null : searchPath);
        if (isPrepared) Assert.True(await bench.Runner.PrepareAsync());
        string[] args =
        [
            "/probe", .. s_kinds.Select(k => new FileInfo($"/proc/self/ns/{k}").LinkTarget!), $"{((IPEndPoint)server.LocalEndpoint).Port}", "msbuildkit-canary", StepBench.Scratch, "65535",
        ];
        var spec = StepBench.Mount(root => new StepSpec { Root = root, Args = args, Network = network }, CompileProbe);
        await bench.RunAsync(spec);

        var lines = bench.Text.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([], lines.Where(l => !l.StartsWith("ok ", StringComparison.Ordinal)));
        Assert.InRange(lines.Distinct().Count(), 150, 1000);
        Assert.Equal(lines.Length, lines.Distinct().Count());
        Assert.Equal("", bench.Text.Error);
        Console.WriteLine($"{lines.Length} things hold");
        StepBench.AssertNothingLeft();
    }

    private static void LinkPrograms(params string[] names)
    {
        Directory.CreateDirectory("/mnt/path");
        foreach (var name in names) File.CreateSymbolicLink("/mnt/path/" + name, RealTool.Find(name));
    }

    private static void CompileProbe(string lower) => StepBench.Run(RealTool.Find("gcc"), "-static", "-O1", "-Wall", "-Werror", "-o", lower + "/probe", Source("probe.c"));

    private static string Source(string name)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MsBuildKit.sln"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests/Engine.Tests/Workers/Rootless", name);
    }
}
