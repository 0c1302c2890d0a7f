using System.Runtime.Versioning;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>What a step sees and reaches of files: <c>/proc</c>, <c>/sys</c>, <c>/dev</c>, mounts.</summary>
[SupportedOSPlatform("linux")]
internal static class FileClaims
{
    private const int NoControllingTerminal = 0x100, ReadWrite = 2;
    private const long BlockNode = 0x6000 | 0b110_000_000, PipeNode = 0x1000 | 0b110_000_000, SomeDisk = 254 << 8;

    private static readonly string[] s_masked =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
        "/sys/firmware", "/sys/devices/virtual/powercap", "/sys/kernel/debug", "/sys/kernel/security", "/sys/fs/cgroup",
    ];

    private static readonly string[] s_fixed =
    [
        "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/overcommit_memory", "/proc/sysrq-trigger", "/proc/irq/x", "/proc/bus/x", "/proc/fs/x",
        "/sys/x", "/sys/devices/system/cpu/online", "/etc/hosts", "/etc/resolv.conf", "/usr/x",
    ];

    private static readonly (string Path, uint Major, uint Minor)[] s_devices =
        [("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8), ("/dev/urandom", 1, 9), ("/dev/tty", 5, 0)];

    private static readonly string[] s_absent = ["/dev/console", "/dev/kmsg", "/dev/mem", "/dev/fuse", "/dev/net/tun", "/dev/kvm", "/dev/vda"];

    public static IEnumerable<Claim> All() =>
    [
        .. s_masked.Select(path => new Claim($"{path} shows nothing", () => IsEmpty(path) ? null : "it has content")),
        .. s_fixed.Select(path => Claim.That($"{path} cannot be written", () => Write(path), opened => opened is (< 0, Kernel.NoAccess or Kernel.NotThere or ProbeCalls.ReadOnlySystem))),
        .. s_devices.Select(d => Claim.Is($"{d.Path} is what it is called", () => NodeOf(d.Path), (d.Major, d.Minor))),
        .. s_absent.Select(path => new Claim($"{path} is not there", () => Path.Exists(path) ? "it is" : null)),
        Claim.That("no device can be made", () => ProbeCalls.MakeNode("/tmp/device", BlockNode, SomeDisk), made => made is { Error: ProbeCalls.NotPermitted }),
        Claim.That("a pipe can be made", () => ProbeCalls.MakeNode("/tmp/pipe", PipeNode, 0), made => made is { Result: 0 }),
        Claim.That("/dev/shm has 64 MiB", () => new DriveInfo("/dev/shm").TotalSize, size => size == 64 << 20),
        Claim.That("a terminal of its own can be opened", () => ProbeCalls.Open("/dev/ptmx", ReadWrite | NoControllingTerminal), opened => opened is { Error: 0 }),
        new Claim("no mount is shared with the worker", () => Mounts().FirstOrDefault(m => m.Contains(" shared:", StringComparison.Ordinal) || m.Contains(" master:", StringComparison.Ordinal))),
        new Claim("neither cgroups nor sysfs are mounted", () => Mounts().FirstOrDefault(m => m.Contains(" - cgroup", StringComparison.Ordinal) || m.Contains(" - sysfs", StringComparison.Ordinal))),
    ];

    private static string[] Mounts() => File.ReadAllLines("/proc/self/mountinfo");

    private static bool IsEmpty(string path)
    {
        try
        {
            if (Directory.Exists(path)) return !Directory.EnumerateFileSystemEntries(path).Any();
            if (!File.Exists(path)) return true;
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            return file.Read(new byte[1]) == 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static (int Descriptor, int Error) Write(string path) =>
        ProbeCalls.Open(path, Kernel.WriteOnly | (path.EndsWith("/x", StringComparison.Ordinal) ? Kernel.Create : 0));

    private static (uint Major, uint Minor) NodeOf(string path) =>
        Kernel.Status(Kernel.CurrentDirectory, path, out var status) == 0 && (status.Mode & Kernel.TypeMask) == Kernel.CharacterDevice ? (status.NodeMajor, status.NodeMinor) : default;
}
