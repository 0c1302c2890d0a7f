using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.Versioning;
using MsBuildKit.Engine.Workers.Rootless.Examination;

namespace MsBuildKit.Engine.Workers.Rootless.Probing;

/// <summary>Who a step is: its namespaces, ids and capabilities.</summary>
[SupportedOSPlatform("linux")]
internal sealed class IdentityClaims(ProbeTask task)
{
    private const int SystemAdministrator = 21;

    // CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT SETFCAP
    private static readonly int[] s_wanted = [0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 31];

    private readonly HostFacts _facts = new("/");

    public IEnumerable<Claim> All() =>
    [
        .. ProbeTask.Kinds.Select((kind, i) => Claim.That($"the {kind} namespace is not the worker's", () => ProbeTask.NamespaceOf(kind), here => here.Length > 0 && here != task.Namespaces[i])),
        .. new[] { "uid_map", "gid_map" }.Select(map => Claim.Is($"{map} gives the step's root the worker's first sub-id", () => MapOf(map), $"0 {StepIds.First} {StepIds.Count}")),
        .. new[] { ("CapBnd", "bounding"), ("CapEff", "effective"), ("CapPrm", "permitted") }.Select(set => Claim.Is($"its {set.Item2} capabilities are the 11", () => Capabilities(set.Item1), s_wanted.Aggregate(0UL, (all, c) => all | 1UL << c))),
        Claim.Is("it has no inheritable capabilities", () => Capabilities("CapInh"), 0UL),
        Claim.Is("it has no ambient capabilities", () => Capabilities("CapAmb"), 0UL),
        Claim.Is("it gains no new privileges", () => StatusOf("NoNewPrivs"), "1"),
        Claim.Is("its system calls are filtered", () => StatusOf("Seccomp"), "2"),
        Claim.Is("it is the first process", ProbeCalls.getpid, 1),
        Claim.Is("it leads a session", () => ProbeCalls.getsid(0), 1),
        Claim.That("an id outside of the map cannot be taken", () => ProbeCalls.Call("setresuid", StepIds.Count, -1, -1), taken => taken.Error == ProbeCalls.Invalid),
        Claim.That("CAP_SYS_ADMIN cannot be taken", TakeAdministrator, taken => taken.Error == ProbeCalls.NotPermitted),
        // The last, for it leaves the process without a right to some files of its own.
        new Claim("who left root does not come back", LeaveRoot),
    ];

    private string? StatusOf(string field) => _facts.Field("proc/thread-self/status", field);

    private ulong? Capabilities(string field) => ulong.TryParse(StatusOf(field), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var set) ? set : null;

    private string? MapOf(string map) => _facts.Read($"proc/self/{map}") is { } text ? string.Join(' ', text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)) : null;

    // struct __user_cap_header_struct and two of struct __user_cap_data_struct.
    private static (long Result, int Error) TakeAdministrator()
    {
        var (header, data) = (new byte[8], new byte[24]);
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x2008_0522);
        foreach (var set in (int[])[0, 4]) BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(set), 1u << SystemAdministrator);
        return ProbeCalls.Call("capset", header, data);
    }

    // A call by its number is about the calling thread alone, whose end it is.
    private string? LeaveRoot()
    {
        string? found = null;
        var thread = new Thread(() =>
        {
            if (ProbeCalls.Call("setresuid", 1000, 1000, 1000).Result != 0) found = "it cannot leave";
            else if (Capabilities("CapPrm") != 0) found = $"it keeps {StatusOf("CapPrm")}";
            else if (ProbeCalls.Call("setuid").Result == 0) found = "it is root again";
        });
        thread.Start();
        thread.Join();
        return found;
    }
}
