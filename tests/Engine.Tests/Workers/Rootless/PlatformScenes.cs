using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Platforms;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Steps of platforms that are not this machine's.</summary>
public static partial class StepScenes
{
    // The worker registers the emulator, so what a step starts runs too.
    public static async Task AForeignStepRunsWithAllThatItStarts()
    {
        var bench = new StepBench();
        var spec = Foreign("arm64", root => StepBench.Shell(root, "uname -m; echo $(sh -c 'uname -m; echo $0 $1' name argument); ls -A /proc/sys/fs/binfmt_misc /dev; touch /made"));
        await bench.RunAsync(spec);
        Assert.StartsWith("aarch64\naarch64 name argument\n", bench.Text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("msbuildkit-arm64", bench.Text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("qemu", bench.Text.Output, StringComparison.Ordinal);
        Assert.Equal(["/made"], StepBench.Left(spec));
        // This machine's own are as before.
        await bench.ShellAsync("uname -m", s => s with { Platform = new Platform { Os = "linux", Architecture = Processor.Native } });
        Assert.DoesNotContain("aarch64", bench.Text.Output.Split('\n')[^2], StringComparison.Ordinal);
        StepBench.AssertNothingLeft();
    }

    public static async Task EveryProcessorRunsByAnEmulatorThatTheWorkerRegisters()
    {
        var bench = new StepBench();
        foreach (var processor in Processor.Foreign)
            Assert.Equal((processor.Architecture, EmulationWay.Worker), (processor.Architecture, (await bench.Runner.Emulators.FindAsync(processor))?.Way));
        StepBench.AssertNothingLeft();
    }

    // As where the kernel has no binfmt_misc for a namespace.
    public static async Task WithoutRegistrationTheCommandAloneIsEmulated()
    {
        var bench = new StepBench(registersEmulators: false);
        var spec = Foreign("arm64", root => StepBench.Shell(root, "") with { Args = ["uname", "-m"] });
        await bench.RunAsync(spec);
        // A script, by a link, through what is mounted; what it starts is this machine's kernel's, which refuses it.
        Directory.CreateDirectory("/mnt/scripts");
        File.WriteAllText("/mnt/scripts/run", "#!/bin/sh -e\necho $0 $1\n/bin/uname -m || echo refused\n");
        File.SetUnixFileMode("/mnt/scripts/run", (UnixFileMode)0b111_101_101);
        var script = Foreign("arm64", root => StepBench.Shell(root, "") with { Args = ["/scripts/run", "argument"], Mounts = [new BindMount("/mnt/scripts", "/scripts", ReadOnly: true)] });
        await bench.RunAsync(script);
        Assert.StartsWith("aarch64\n/scripts/run argument\n", bench.Text.Output, StringComparison.Ordinal);
        Assert.EndsWith("refused\n", bench.Text.Output, StringComparison.Ordinal);
        Assert.Equal("MBK2016", (await Assert.ThrowsAsync<WorkerException>(() => bench.RunAsync(Foreign("arm64", root => StepBench.Shell(root, "") with { Args = ["nothing"] })))).Code);
        Assert.Empty(StepBench.Left(spec));
        Assert.Empty(StepBench.Left(script));
        StepBench.AssertNothingLeft();
    }

    public static async Task WithoutEmulatorThePackageIsNamed()
    {
        LinkPrograms("crun");
        var bench = new StepBench(searchPath: "/mnt/path");
        var e = await Assert.ThrowsAsync<WorkerException>(() => bench.RunAsync(Foreign("riscv64", root => StepBench.Shell(root, "true"))));
        Assert.Equal("MBK2031", e.Code);
        Assert.Contains("'linux/riscv64'", e.Message, StringComparison.Ordinal);
        Assert.Contains("'qemu-user-static'", e.Message, StringComparison.Ordinal);
        foreach (var (os, architecture) in ((string, string)[])[("windows", "amd64"), ("linux", "vax")])
            Assert.Equal("MBK2031", (await Assert.ThrowsAsync<WorkerException>(() => bench.ShellAsync("true", s => s with { Platform = new Platform { Os = os, Architecture = architecture } }))).Code);
        StepBench.AssertNothingLeft();
    }

    private static StepSpec Foreign(string architecture, Func<string, StepSpec> make) => StepBench.Mount(
        root => make(root) with { Platform = new Platform { Os = "linux", Architecture = architecture } },
        lower =>
        {
            File.Copy(RealTool.Find("busybox-arm64"), lower + "/bin/busybox", overwrite: true);
            File.CreateSymbolicLink(lower + "/bin/uname", "busybox");
        });
}
