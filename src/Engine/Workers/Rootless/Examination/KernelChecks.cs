using System.Globalization;
using System.Runtime.InteropServices;

namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>What the kernel allows, by its own words.</summary>
internal sealed class KernelChecks(HostFacts facts, HostUser user)
{
    // mount_setattr(2) and overlays in user namespaces.
    private static readonly Version s_oldest = new(5, 12);

    public IEnumerable<HostCheck> Run() => [Kernel(), Namespaces(), Seccomp(), Cgroups(), Emulators()];

    private HostCheck Kernel()
    {
        var release = facts.Read("proc/sys/kernel/osrelease") ?? "of an unknown release";
        var number = string.Concat(release.TakeWhile(c => char.IsAsciiDigit(c) || c == '.')).Trim('.');
        return Version.TryParse(number, out var version) && version < s_oldest
            ? HostCheck.Bad("kernel", $"Linux {release}", $"Use Linux {s_oldest} or newer, which lets users mount overlays.")
            : HostCheck.Good("kernel", $"Linux {release}, {RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}");
    }

    private HostCheck Namespaces()
    {
        const string Name = "user namespaces";
        if (facts.Read("proc/sys/user/max_user_namespaces") is not { } most) return HostCheck.Bad(Name, "this kernel has none", "Use a kernel that is built with CONFIG_USER_NS.");
        if (most == "0") return Switch("user.max_user_namespaces", "0", "15000");
        // Neither keeps root from anything.
        if (user.Id != 0 && facts.Read("proc/sys/kernel/unprivileged_userns_clone") == "0") return Switch("kernel.unprivileged_userns_clone", "0", "1");
        if (user.Id != 0 && facts.Read("proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1") return Switch("kernel.apparmor_restrict_unprivileged_userns", "1", "0");
        return HostCheck.Good(Name, $"allowed, {most} at most");

        static HostCheck Switch(string key, string now, string wanted) => HostCheck.Bad(Name, $"{key} is {now}",
            $"As root, run 'sysctl -w {key}={wanted}', and write '{key}={wanted}' into a file of /etc/sysctl.d to keep it.");
    }

    private HostCheck Seccomp()
    {
        const string Name = "seccomp";
        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
            return HostCheck.Bad(Name, $"there is no list of system calls for {RuntimeInformation.ProcessArchitecture}", "Build on x64 or arm64.");
        var actions = (facts.Read("proc/sys/kernel/seccomp/actions_avail") ?? "").Split(' ');
        return actions.Contains("errno") && actions.Contains("kill_process")
            ? HostCheck.Good(Name, "filters of system calls are there")
            : HostCheck.Bad(Name, "this kernel filters no system calls", "Use a kernel that is built with CONFIG_SECCOMP_FILTER.");
    }

    private HostCheck Cgroups() => HostCheck.Note("cgroups", facts.Has("sys/fs/cgroup/cgroup.controllers") ? "version 2"
        : facts.Has("sys/fs/cgroup/unified") ? "version 1 and 2 side by side" : facts.Has("sys/fs/cgroup") ? "version 1" : "none");

    private HostCheck Emulators()
    {
        var names = facts.List("proc/sys/fs/binfmt_misc").Where(n => n is not ("register" or "status")).ToList();
        return HostCheck.Note("programs of other processors", names.Count == 0 ? "no emulator is registered" : $"{names.Count.ToString(CultureInfo.InvariantCulture)} registered: {string.Join(", ", names)}");
    }
}
