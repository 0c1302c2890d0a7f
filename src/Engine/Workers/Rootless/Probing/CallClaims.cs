using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>System calls that a step may not make, and some that it must.</summary>
[SupportedOSPlatform("linux")]
internal static class CallClaims
{
    private const int ChildSignal = 17, Datagram = 2, Stream = 1, Raw = 3, Unix = 1, Inet = 2, Inet6 = 10, Netlink = 16, Icmp = 1;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly string[] s_refused =
    [
        "mount", "umount2", "pivot_root", "unshare", "setns", "bpf", "perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd", "kexec_load", "init_module",
        "finit_module", "delete_module", "open_by_handle_at", "kcmp", "quotactl", "reboot", "swapon", "swapoff", "settimeofday", "clock_settime", "sethostname", "setdomainname",
        "acct", "syslog", "fanotify_init", "mbind", "move_pages", "migrate_pages", "vhangup", "get_mempolicy", "set_mempolicy", "io_uring_setup", "io_uring_enter",
        "io_uring_register", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "pidfd_getfd", "process_madvise", "mount_setattr", "iopl", "ioperm",
        "modify_ldt", "uselib", "ustat", "kexec_file_load",
    ];

    private static readonly (string Name, long Flags)[] s_namespaces =
    [
        ("NEWNS", 0x20000), ("NEWCGROUP", 0x2000000), ("NEWUTS", 0x4000000), ("NEWIPC", 0x8000000), ("NEWUSER", 0x10000000), ("NEWPID", 0x20000000), ("NEWNET", 0x40000000),
        ("NEWUSER and NEWNS", 0x10020000),
    ];

    // An error of 0 stands for any: what a kernel lacks, it refuses in its own way.
    private static readonly (string Name, long Family, long Protocol, int Error)[] s_sockets =
    [
        ("AF_ALG", 38, 0, ProbeCalls.NotPermitted), ("AF_VSOCK", 40, 0, ProbeCalls.NotPermitted), ("AF_PACKET", 17, 0, ProbeCalls.NotPermitted), ("AF_ALG behind more bits", 0x1_0000_0026, 0, 0),
        ("AF_VSOCK behind more bits", 0x1_0000_0028, 0, 0), ("NETLINK_AUDIT", Netlink, 9, ProbeCalls.NoProtocol), ("NETLINK_NETFILTER", Netlink, 12, ProbeCalls.NoProtocol),
        ("NETLINK_ROUTE behind more bits", Netlink, 0x1_0000_0000, ProbeCalls.NoProtocol), ("AF_TIPC", 30, 0, 0), ("AF_CAN", 29, 0, 0), ("AF_RDS", 21, 0, 0), ("AF_XDP", 44, 0, 0),
    ];

    public static IEnumerable<Claim> All() =>
    [
        .. s_refused.Select(name => Refused(name, ProbeCalls.NotPermitted)),
        Refused("clone3", ProbeCalls.NoCall),
        Claim.That("a call that no kernel has yet does not exist", () => ProbeCalls.Call(600, -1, -1, -1, -1, -1, -1), made => made is { Error: ProbeCalls.NoCall }),
        Ending("calls of 32 bits end who makes them", SandboxProbe.Call32),
        Ending("calls of x32 end who makes them", SandboxProbe.CallX32),
        .. s_namespaces.Select(n => Claim.That($"no process can be made with {n.Name}", () => Clone(n.Flags), made => made is { Error: ProbeCalls.NotPermitted })),
        .. s_sockets.Select(s => Claim.That($"there are no sockets of {s.Name}", () => ProbeCalls.Call("socket", s.Family, Datagram, s.Protocol), made => made.Result == -1 && (s.Error == 0 || made.Error == s.Error))),
        Claim.Is("ordinary sockets can be made", () => Opens(Inet, Stream) && Opens(Inet6, Datagram) && Opens(Unix, Stream), true),
        Claim.Is("interfaces can be listed", () => Opens(Netlink, Raw), true),
        Claim.That("there are no pairs but of AF_UNIX", () => ProbeCalls.Pair(30, Stream), made => made.Result == -1),
        Claim.That("there are pairs of AF_UNIX", () => ProbeCalls.Pair(Unix, Stream), made => made is { Result: 0 }),
        Claim.That("there are no raw sockets", () => ProbeCalls.Call("socket", Inet, Raw, Icmp), made => made is { Error: ProbeCalls.NotPermitted }),
    ];

    private static Claim Refused(string name, int error) => new(
        $"{name} is refused",
        () => ProbeCalls.Call(name, -1, -1, -1, -1, -1, -1) is var made && made.Result == -1 && made.Error == error ? null : $"found {made}",
        ProbeCalls.NumberOf(name) == 0 ? "processors of this kind have no such call" : null);

    // The filter may end the whole process for it, so another one tries.
    private static Claim Ending(string name, string argument) => new(
        name,
        () =>
        {
            using var process = QuietProgram.Start("/usr/bin/env", [.. MachineTree.Environment, .. MachineTree.Command, SandboxProbe.Mode, argument]);
            if (process.WaitForExit(s_patience)) return process.ExitCode is ForeignCall.Ended or ForeignCall.EndedAll ? null : $"it ended with {process.ExitCode}";
            process.Kill();
            return "it does not end";
        },
        ProbeCalls.IsX64 ? null : "processors of this kind have no such calls");

    private static (long Result, int Error) Clone(long flags)
    {
        var made = ProbeCalls.Call("clone", flags | ChildSignal);
        if (made.Result == 0) ProbeCalls.Call("exit_group");
        return made;
    }

    private static bool Opens(long family, long type) => ProbeCalls.Call("socket", family, type).Result >= 0;
}
