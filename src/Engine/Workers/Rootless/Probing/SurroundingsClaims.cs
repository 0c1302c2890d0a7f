using System.Globalization;
using System.Runtime.Versioning;
using System.Text;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>What a step was given: processes, descriptors, terminal, environment, limits.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SurroundingsClaims(ProbeTask task)
{
    private const int GetFlags = 1, SimulateInput = 0x5412, MostNumber = 400, Attach = 16, ReadWrite = 2;

    public IEnumerable<Claim> All() =>
    [
        Claim.None("no other process is seen", Others),
        Claim.None("no other process can be signalled", () => Strangers().Where(n => ProbeCalls.Signal(n) != ProbeCalls.NoProcess)),
        Claim.None("no other process can be traced", () => Strangers().Where(n => ProbeCalls.Call("ptrace", Attach, n).Error != ProbeCalls.NoProcess)),
        Claim.None("it has no descriptor but the three", Inherited),
        Claim.Is("its input is empty", () => ProbeCalls.isatty(0) == 0 ? ReadInput() : -1, 0),
        Claim.That("it has no terminal", () => ProbeCalls.Open("/dev/tty", ReadWrite), opened => opened.Error == ProbeCalls.NoDevice),
        Claim.None("nothing can be typed for others", () => Enumerable.Range(0, 3).Where(d => Type(d) == 0)),
        Claim.None("its environment is its own", () => Variables().Except(MachineTree.Variables)),
        Claim.Is("its umask is 022", () => Convert.ToString(ProbeCalls.umask(0b010_010), 8), "22"),
        Claim.Is("its host has a name of its own", () => File.ReadAllText("/proc/sys/kernel/hostname").Trim(), "buildkitsandbox"),
        Claim.None("the worker's files and the store are not there", () => task.HostPaths.Where(Path.Exists)),
        Claim.Is("its working directory is inside", () => new FileInfo("/proc/self/cwd").LinkTarget, "/"),
        Claim.That("it has at most 65536 open files", () => HardLimit("nofile"), most => most <= 65_536),
        Claim.That("it has at most 4096 processes", () => HardLimit("nproc"), most => most <= 4_096),
        Claim.Is("it leaves no core files", () => HardLimit("core"), 0UL),
    ];

    private static IEnumerable<int> Others() => Directory.EnumerateDirectories("/proc").Select(d => Path.GetFileName(d)).Where(n => n.All(char.IsAsciiDigit))
        .Select(n => int.Parse(n, CultureInfo.InvariantCulture)).Where(n => n != ProbeCalls.getpid());

    // Threads of its own have numbers too.
    private static IEnumerable<int> Strangers() => Enumerable.Range(1, MostNumber).Where(n => n != ProbeCalls.getpid() && !Directory.Exists($"/proc/self/task/{n.ToString(CultureInfo.InvariantCulture)}"));

    // What is handed on to a program that is started is not marked to be closed then; all that the program opens itself is.
    private static IEnumerable<string> Inherited() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(f => Path.GetFileName(f))
        .Where(n => int.Parse(n, CultureInfo.InvariantCulture) is > 2 and var number && ProbeCalls.fcntl(number, GetFlags, 0) == 0);

    private static int ReadInput()
    {
        using var input = new FileStream("/proc/self/fd/0", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        return input.Read(new byte[1]);
    }

    private static int Type(int descriptor)
    {
        var letter = (byte)'x';
        return ProbeCalls.ioctl(descriptor, SimulateInput, ref letter);
    }

    private static IEnumerable<string> Variables() => Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=')[0]);

    private static ulong HardLimit(string name) => new HostLimits("/proc/self/limits").Fit(new StepUlimit(name, -1, -1)).Hard;
}
