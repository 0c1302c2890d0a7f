using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Writes a step as a bundle's <c>config.json</c> (OCI runtime specification 1.0.2).</summary>
/// <remarks>
/// What a step may do is decided here and in <c>seccomp.json</c>. It has namespaces of its own for users, mounts, processes, IPC, names and,
/// unless the host's was granted, network. It keeps 11 of the 14 capabilities that Docker gives: making devices, raw packets and audit are
/// useless in a user namespace; none is inheritable or ambient (CVE-2022-24769). It sees fresh <c>/proc</c> and <c>/dev</c>, and of
/// <c>/sys</c> a few facts only, as plain files. No cgroup namespace: where cgroups are a hybrid, runtimes fail on it.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class RuntimeSpec(StepSpec spec, StepUser user, MountPoints points, StepFiles files, HostLimits limits, string? filter, string? networkNamespace)
{
    public const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // 022
    private const int Umask = 0x12;

    private static readonly string[] s_capabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
        "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
    ];

    // Those of Linux 6: what a namespace's root has at most. Audit, boot and the like ask for the first namespace and stay refused.
    private static readonly string[] s_allCapabilities =
    [
        .. s_capabilities, "CAP_DAC_READ_SEARCH", "CAP_LINUX_IMMUTABLE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
        "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
        "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ",
    ];

    private static readonly string[] s_masked =
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
        "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
    ];

    private static readonly string[] s_readOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    private bool Insecure => spec.Security == SecurityMode.Insecure;

    /// <summary>Writes the whole of it; <paramref name="workingDirectory"/> is free of links.</summary>
    public void Write(Stream stream, string workingDirectory)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("ociVersion", "1.0.2");
        json.WritePropertyName("process");
        WriteProcess(json, spec, user, limits, workingDirectory);
        json.WriteStartObject("root");
        json.WriteString("path", spec.Root);
        json.WriteBoolean("readonly", spec.ReadOnlyRoot);
        json.WriteEndObject();
        json.WriteString("hostname", spec.Hostname);
        WriteMounts(json);
        WriteLinux(json);
        if (filter is not null && !Insecure)
        {
            json.WriteStartObject("annotations");
            json.WriteString(CompiledFilter.Annotation, filter);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    /// <summary>Writes the process alone, for a sandbox that is there.</summary>
    public static void WriteProcess(Stream stream, StepSpec spec, StepUser user, HostLimits limits, string workingDirectory)
    {
        using var json = new Utf8JsonWriter(stream);
        WriteProcess(json, spec, user, limits, workingDirectory);
    }

    private static void WriteProcess(Utf8JsonWriter json, StepSpec spec, StepUser user, HostLimits limits, string workingDirectory)
    {
        var insecure = spec.Security == SecurityMode.Insecure;
        json.WriteStartObject();
        json.WriteBoolean("terminal", spec.Terminal is not null);
        if (spec.Terminal is { Rows: > 0 } terminal)
        {
            json.WriteStartObject("consoleSize");
            json.WriteNumber("height", terminal.Rows);
            json.WriteNumber("width", terminal.Columns);
            json.WriteEndObject();
        }
        json.WriteStartObject("user");
        json.WriteNumber("uid", user.Uid);
        json.WriteNumber("gid", user.Gid);
        json.WriteNumber("umask", Umask);
        json.WriteStartArray("additionalGids");
        foreach (var group in user.Groups) json.WriteNumberValue(group);
        json.WriteEndArray();
        json.WriteEndObject();
        WriteTexts(json, "args", spec.Args);
        WriteTexts(json, "env", Environment(spec, user));
        json.WriteString("cwd", workingDirectory);
        json.WriteStartObject("capabilities");
        foreach (var set in (string[])["bounding", "effective", "permitted"]) WriteTexts(json, set, insecure ? s_allCapabilities : s_capabilities);
        json.WriteEndObject();
        WriteLimits(json, spec, limits);
        json.WriteBoolean("noNewPrivileges", !insecure && (user.Uid == 0 || !spec.AllowNewPrivileges));
        json.WriteEndObject();
    }

    private static List<string> Environment(StepSpec spec, StepUser user)
    {
        List<string> environment = [.. spec.Environment];
        if (!environment.Any(v => v.StartsWith("PATH=", StringComparison.Ordinal))) environment.Add("PATH=" + DefaultPath);
        // Runtimes would look it up by themselves, in a file that is not to be trusted.
        if (!environment.Any(v => v.StartsWith("HOME=", StringComparison.Ordinal))) environment.Add("HOME=" + user.Home);
        return environment;
    }

    private static void WriteLimits(Utf8JsonWriter json, StepSpec spec, HostLimits limits)
    {
        var wanted = new Dictionary<string, StepUlimit>(StringComparer.Ordinal)
        {
            ["nofile"] = new("nofile", spec.Limits.OpenFiles, spec.Limits.OpenFiles),
            ["nproc"] = new("nproc", spec.Limits.Processes, spec.Limits.Processes),
            ["core"] = new("core", 0, 0),
        };
        foreach (var limit in spec.Ulimits) wanted[limit.Name] = limit;
        json.WriteStartArray("rlimits");
        foreach (var limit in wanted.Values)
        {
            var (type, soft, hard) = limits.Fit(limit);
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteNumber("soft", soft);
            json.WriteNumber("hard", hard);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteMounts(Utf8JsonWriter json)
    {
        json.WriteStartArray("mounts");
        foreach (var mount in Mounts())
        {
            json.WriteStartObject();
            json.WriteString("destination", mount.Destination);
            json.WriteString("type", mount.Type);
            json.WriteString("source", mount.Source);
            WriteTexts(json, "options", mount.Options);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private IEnumerable<RuntimeMount> Mounts()
    {
        List<RuntimeMount> system =
        [
            new("/proc", "proc", "proc", "nosuid", "noexec", "nodev"),
            new("/dev", "tmpfs", "tmpfs", "nosuid", "noexec", "strictatime", "mode=755", "size=65536k"),
            new("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
            new("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", $"size={spec.Limits.SharedMemory.ToString(CultureInfo.InvariantCulture)}"),
            new("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"),
            RuntimeMount.Bind(files.System, "/sys", readOnly: true, executable: false),
            RuntimeMount.Bind(files.Hosts, points.PlaceOf("/etc/hosts"), readOnly: true, executable: false),
            RuntimeMount.Bind(files.Resolver, points.PlaceOf("/etc/resolv.conf"), readOnly: true, executable: false),
        ];
        // What is mounted on a directory comes after it.
        var asked = spec.Mounts.Select((m, i) => MountOf(m, files.SourceOf(i))).OrderBy(m => m.Destination, StringComparer.Ordinal).ToList();
        return system.Where(s => !asked.Any(a => a.Destination == s.Destination)).Concat(asked);
    }

    private RuntimeMount MountOf(StepMount mount, string source)
    {
        var place = points.PlaceOf(mount.Destination);
        return mount switch
        {
            BindMount or CacheDirectory or DeviceNode => RuntimeMount.AsItIs(source, place),
            SecretFile secret => RuntimeMount.Bind(source, place, readOnly: true, executable: (secret.Mode & 0b001_001_001) != 0),
            SshSocket => RuntimeMount.Bind(source, place, readOnly: true, executable: false),
            TmpfsMount { Size: > 0 } tmpfs => new RuntimeMount(place, "tmpfs", "tmpfs", "nosuid", "nodev", "mode=1777", $"size={tmpfs.Size.ToString(CultureInfo.InvariantCulture)}"),
            _ => new RuntimeMount(place, "tmpfs", "tmpfs", "nosuid", "nodev", "mode=1777"),
        };
    }

    private void WriteLinux(Utf8JsonWriter json)
    {
        json.WriteStartObject("linux");
        foreach (var name in (string[])["uidMappings", "gidMappings"])
        {
            json.WriteStartArray(name);
            json.WriteStartObject();
            json.WriteNumber("containerID", 0);
            json.WriteNumber("hostID", StepIds.First);
            json.WriteNumber("size", StepIds.Count);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        WriteNamespaces(json);
        if (!Insecure)
        {
            WriteTexts(json, "maskedPaths", s_masked);
            WriteTexts(json, "readonlyPaths", s_readOnly);
            json.WritePropertyName("seccomp");
            json.WriteRawValue(SeccompProgram.Here, skipInputValidation: true);
        }
        json.WriteEndObject();
    }

    private void WriteNamespaces(Utf8JsonWriter json)
    {
        json.WriteStartArray("namespaces");
        foreach (var type in (string[])["user", "mount", "pid", "ipc", "uts", "network"])
        {
            if (type == "network" && spec.Network == NetMode.Host) continue;
            json.WriteStartObject();
            json.WriteString("type", type);
            if (type == "network" && networkNamespace is not null) json.WriteString("path", networkNamespace);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
