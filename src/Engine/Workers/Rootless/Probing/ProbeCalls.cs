using System.Runtime.InteropServices;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>System calls by their numbers, as a program makes them that tries to get out.</summary>
internal static partial class ProbeCalls
{
    public const int NotPermitted = 1, NoProcess = 3, NoDevice = 6, Invalid = 22, ReadOnlySystem = 30, NoCall = 38, NoProtocol = 93;

    /// <summary>The calls that the probe makes, and their numbers on x64 and arm64; 0 where there is none.</summary>
    private static readonly Dictionary<string, (int X64, int Arm64)> s_numbers = new(StringComparer.Ordinal)
    {
        ["acct"] = (163, 89), ["add_key"] = (248, 217), ["bpf"] = (321, 280), ["capset"] = (126, 91), ["clock_settime"] = (227, 112), ["clone"] = (56, 220), ["clone3"] = (435, 435),
        ["delete_module"] = (176, 106), ["exit_group"] = (231, 94), ["fanotify_init"] = (300, 262), ["finit_module"] = (313, 273), ["fsconfig"] = (431, 431), ["fsmount"] = (432, 432),
        ["fsopen"] = (430, 430), ["fspick"] = (433, 433), ["get_mempolicy"] = (239, 236), ["init_module"] = (175, 105), ["io_uring_enter"] = (426, 426),
        ["io_uring_register"] = (427, 427), ["io_uring_setup"] = (425, 425), ["ioperm"] = (173, 0), ["iopl"] = (172, 0), ["kcmp"] = (312, 272), ["kexec_file_load"] = (320, 294),
        ["kexec_load"] = (246, 104), ["keyctl"] = (250, 219), ["mbind"] = (237, 235), ["migrate_pages"] = (256, 238), ["mknodat"] = (259, 33), ["modify_ldt"] = (154, 0),
        ["mount"] = (165, 40), ["mount_setattr"] = (442, 442), ["move_mount"] = (429, 429), ["move_pages"] = (279, 239), ["open_by_handle_at"] = (304, 265), ["open_tree"] = (428, 428),
        ["perf_event_open"] = (298, 241), ["pidfd_getfd"] = (438, 438), ["pivot_root"] = (155, 41), ["process_madvise"] = (440, 440), ["ptrace"] = (101, 117), ["quotactl"] = (179, 60),
        ["reboot"] = (169, 142), ["request_key"] = (249, 218), ["set_mempolicy"] = (238, 237), ["setdomainname"] = (171, 162), ["sethostname"] = (170, 161), ["setns"] = (308, 268),
        ["setresuid"] = (117, 147), ["settimeofday"] = (164, 170), ["setuid"] = (105, 146), ["socket"] = (41, 198), ["swapoff"] = (168, 225),
        ["swapon"] = (167, 224), ["syslog"] = (103, 116), ["umount2"] = (166, 39), ["unshare"] = (272, 97), ["uselib"] = (134, 0), ["userfaultfd"] = (323, 282), ["ustat"] = (136, 0),
        ["vhangup"] = (153, 58),
    };

    public static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The number of a call on this processor, 0 for none.</summary>
    public static int NumberOf(string name) => IsX64 ? s_numbers[name].X64 : s_numbers[name].Arm64;

    /// <summary>Makes a call; the error is that of a call that failed, else 0.</summary>
    public static (long Result, int Error) Call(string name, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) => Call(NumberOf(name), a, b, c, d, e, f);

    public static (long Result, int Error) Call(int number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0)
    {
        var result = syscall(number, a, b, c, d, e, f);
        return (result, result == -1 ? Marshal.GetLastPInvokeError() : 0);
    }

    /// <summary>Makes a call that takes a pointer first.</summary>
    public static (long Result, int Error) Call(string name, byte[] a, byte[] b)
    {
        var result = syscall_bytes(NumberOf(name), a, b);
        return (result, result == -1 ? Marshal.GetLastPInvokeError() : 0);
    }

    /// <summary>Makes a node (mknodat(2)).</summary>
    public static (long Result, int Error) MakeNode(string path, long mode, long device)
    {
        var result = syscall_path(NumberOf("mknodat"), Snapshots.Linux.Kernel.CurrentDirectory, path, mode, device);
        return (result, result == -1 ? Marshal.GetLastPInvokeError() : 0);
    }

    /// <summary>Makes two sockets that are connected (socketpair(2)).</summary>
    public static (int Result, int Error) Pair(int family, int type)
    {
        var result = socketpair(family, type, 0, new int[2]);
        return (result, result == -1 ? Marshal.GetLastPInvokeError() : 0);
    }

    /// <summary>Asks whether a process can be signalled; the error, or 0.</summary>
    public static int Signal(int process) => kill(process, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Opens a path; a descriptor, or -1 and the error.</summary>
    public static (int Descriptor, int Error) Open(string path, int flags)
    {
        var descriptor = open(path, flags, 0b110_000_000);
        return (descriptor, descriptor < 0 ? Marshal.GetLastPInvokeError() : 0);
    }

    /// <summary>Makes a call of 32 bits of an x64 processor, for which the filter ends the thread or the process.</summary>
    public static unsafe void Call32()
    {
        // mov eax, 20 (getpid); int 0x80; ret
        ReadOnlySpan<byte> code = [0xB8, 0x14, 0, 0, 0, 0xCD, 0x80, 0xC3];
        const int ReadWriteRun = 7, PrivateUnnamed = 0x22;
        var page = mmap(0, 4096, ReadWriteRun, PrivateUnnamed, -1, 0);
        code.CopyTo(new Span<byte>((void*)page, code.Length));
        ((delegate* unmanaged<int>)page)();
    }

    /// <summary>Makes a call of the x32 kind, for which it does the same.</summary>
    public static void CallX32() => Call(0x4000_0000 + 39);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, long a, long b, long c, long d, long e, long f);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall_bytes(long number, byte[] a, byte[] b);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial long syscall_path(long number, long directory, string path, long mode, long device);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socketpair(int family, int type, int protocol, [Out] int[] pair);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc")]
    public static partial int gettid();

    [LibraryImport("libc")]
    public static partial int getpid();

    [LibraryImport("libc")]
    public static partial int getsid(int process);

    [LibraryImport("libc")]
    public static partial int isatty(int descriptor);

    [LibraryImport("libc")]
    public static partial int umask(int mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int descriptor, nuint request, ref byte argument);
}
