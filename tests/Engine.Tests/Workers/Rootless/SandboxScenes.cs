using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Probing;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>The sandbox as a program sees it that tries to get out (<see cref="SandboxProbe"/>).</summary>
public static partial class StepScenes
{
    private static int s_machines;

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

    // What the probe says of a step that may do more is what shows that it can say so at all.
    public static async Task TheProbeFindsWhatIsOpen()
    {
        var bench = new StepBench(new StepGrants(HostNetwork: true, Insecure: true));
        var spec = MachineTree.Make(MakeTreeFolder(), [.. MachineTree.Command, SandboxProbe.Mode, .. new ProbeTask([.. ProbeTask.Kinds.Select(ProbeTask.NamespaceOf)], 1, "none", ["/usr"]).ToArguments()]);
        await bench.RunAsync(spec with { Network = NetMode.Host, Security = SecurityMode.Insecure, Hostname = "other", Environment = [.. spec.Environment, "MORE=1"] });
        var failed = bench.Text.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => AssertionResult.OfLine(l)!).Where(r => r.Outcome == AssertionOutcome.Fails).Select(r => r.Name).ToList();
        Assert.Superset(
            new HashSet<string>
            {
                "the net namespace is not the worker's", "its bounding capabilities are the 11", "it gains no new privileges", "its system calls are filtered", "its environment is its own",
                "its host has a name of its own", "the worker's files and the store are not there", "CAP_SYS_ADMIN cannot be taken", "mount is refused", "clone3 is refused",
                "no process can be made with NEWUSER", "calls of 32 bits end who makes them",
            },
            failed.ToHashSet());
    }

    private static async Task ProbeAsync(NetMode network, string searchPath, bool isPrepared = false)
    {
        var bench = new StepBench(searchPath: searchPath == "PATH" ? null : searchPath);
        if (isPrepared) Assert.True(await bench.Runner.PrepareAsync());
        var results = await new SelfTest(bench.Runner, MakeTreeFolder()).RunAsync(network, [StepBench.Scratch], default);
        await bench.Runner.SettleAsync();
        Assert.Equal([], results.Where(r => r.Outcome != AssertionOutcome.Holds));
        Assert.InRange(results.Select(r => r.Name).Distinct().Count(), 150, 1000);
        Assert.Equal(results.Count, results.Select(r => r.Name).Distinct().Count());
        Console.WriteLine($"{results.Count} things hold");
        StepBench.AssertNothingLeft();
    }

    private static string MakeTreeFolder()
    {
        var folder = Directory.CreateDirectory($"{StepBench.Home}/machine{s_machines++}").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_001_001);
        return folder;
    }

    private static void LinkPrograms(params string[] names)
    {
        Directory.CreateDirectory("/mnt/path");
        foreach (var name in names) File.CreateSymbolicLink("/mnt/path/" + name, RealTool.Find(name));
    }
}
