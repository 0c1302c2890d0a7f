using System.Globalization;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>The keys of buildkitd's configuration file (its cmd/buildkitd/config): what each does here. A star stands for any name, # for a number, two stars for anything below.</summary>
internal static class ConfigKeys
{
    private delegate bool Setter(DaemonSettings settings, ConfigEntry entry);

    private static readonly (string[] Key, Setter Set)[] s_known =
    [
        (["root"], (s, e) => Text(e, v => s.Root = v)),
        (["insecure-entitlements"], (s, e) => Texts(e, s.Entitlements.UnionWith)),
        (["provenanceEnvDir"], (s, e) => Text(e, v => s.ProvenanceFolder = v)),
        (["cdi", "disabled"], (s, e) => Truth(e, v => s.HasDevices = !v)),
        (["cdi", "specDirs"], (s, e) => Texts(e, v => s.DeviceFolders = [.. v])),
        (["cdi", "autoAllowed"], (s, e) => Texts(e, v => s.AllowedDevices = [.. v])),
        (["grpc", "address"], (s, e) => Texts(e, v => s.Addresses = [.. v])),
        (["grpc", "uid"], (s, e) => Number(e, v => s.UserId = v)),
        (["grpc", "gid"], (s, e) => Number(e, v => s.GroupId = v)),
        (["grpc", "tls", "cert"], (s, e) => Text(e, v => s.TlsCertificate = v)),
        (["grpc", "tls", "key"], (s, e) => Text(e, v => s.TlsKey = v)),
        (["grpc", "tls", "ca"], (s, e) => Text(e, v => s.TlsAuthorities = v)),
        (["history", "maxAge"], (s, e) => Span(e, v => s.HistoryAge = v)),
        (["history", "maxEntries"], (s, e) => Number(e, v => s.HistoryEntries = v)),
        (["worker", "oci", "labels", "*"], (s, e) => Text(e, v => s.Labels[e.Key[^1]] = v)),
        (["worker", "oci", "platforms"], (s, e) => Texts(e, v => s.Platforms = [.. v])),
        (["worker", "oci", "max-parallelism"], (s, e) => Number(e, v => s.Parallelism = v)),
        (["worker", "oci", "gc"], (s, e) => Truth(e, v => s.Cleans = v)),
        (["worker", "oci", "gckeepstorage"], (s, e) => Space(e, v => s.Limits = s.Limits with { MaxUsedSpace = v })),
        (["worker", "oci", "reservedSpace"], (s, e) => Space(e, v => s.Limits = s.Limits with { ReservedSpace = v })),
        (["worker", "oci", "maxUsedSpace"], (s, e) => Space(e, v => s.Limits = s.Limits with { MaxUsedSpace = v })),
        (["worker", "oci", "minFreeSpace"], (s, e) => Space(e, v => s.Limits = s.Limits with { MinFreeSpace = v })),
        (["worker", "oci", "gcpolicy", "#", "all"], (s, e) => Truth(e, v => Change(s, e, r => r with { All = v }))),
        (["worker", "oci", "gcpolicy", "#", "filters"], (s, e) => Texts(e, v => Change(s, e, r => r with { Filters = v }))),
        (["worker", "oci", "gcpolicy", "#", "keepDuration"], (s, e) => Span(e, v => Change(s, e, r => r with { KeepDuration = v }))),
        (["worker", "oci", "gcpolicy", "#", "keepBytes"], (s, e) => Space(e, v => Change(s, e, r => r with { MaxUsedSpace = v }))),
        (["worker", "oci", "gcpolicy", "#", "reservedSpace"], (s, e) => Space(e, v => Change(s, e, r => r with { ReservedSpace = v }))),
        (["worker", "oci", "gcpolicy", "#", "maxUsedSpace"], (s, e) => Space(e, v => Change(s, e, r => r with { MaxUsedSpace = v }))),
        (["worker", "oci", "gcpolicy", "#", "minFreeSpace"], (s, e) => Space(e, v => Change(s, e, r => r with { MinFreeSpace = v }))),
        (["frontend", "dockerfile.v0", "enabled"], (s, e) => Truth(e, v => s.HasDockerfileFrontend = v)),
        (["frontend", "gateway.v0", "enabled"], (s, e) => Truth(e, v => s.HasGatewayFrontend = v)),
        (["registry", "*", "http"], (s, e) => Truth(e, v => Change(s, e.Key[1], r => r with { Http = v }))),
        (["registry", "*", "insecure"], (s, e) => Truth(e, v => Change(s, e.Key[1], r => r with { Insecure = v }))),
        (["registry", "*", "mirrors"], (s, e) => Texts(e, v => Change(s, e.Key[1], r => r with { Mirrors = v }))),
        (["registry", "*", "ca"], (s, e) => Texts(e, v => Change(s, e.Key[1], r => r with { Authorities = v }))),
        (["registry", "*", "keypair", "0", "cert"], (s, e) => Text(e, v => Change(s, e.Key[1], r => r with { Certificate = v }))),
        (["registry", "*", "keypair", "0", "key"], (s, e) => Text(e, v => Change(s, e.Key[1], r => r with { Key = v }))),
    ];

    // What buildkitd knows, and what nothing here depends on.
    private static readonly string[][] s_unused =
    [
        ["debug"], ["trace"], ["proxyNetwork"], ["log", "*"], ["dns", "*"], ["otel", "*"], ["system", "*"], ["cache", "gha", "*"],
        ["grpc", "debugAddress"], ["grpc", "securityDescriptor"], ["worker", "containerd", "**"], ["worker", "oci", "stargzSnapshotter", "**"],
        .. "enabled snapshotter rootless noProcessSandbox userRemapUnsupported networkMode cniConfigPath cniBinaryPath cniPoolSize bridgeName bridgeSubnet binary proxySnapshotterPath defaultCgroupParent apparmor-profile selinux"
            .Split(' ').Select(k => new[] { "worker", "oci", k }),
    ];

    // What somebody means to be safer with must not be passed over.
    private static readonly string[][] s_refused = [["registry", "*", "keypair", "#", "*"], ["registry", "*", "tlsconfigdir"], ["frontend", "gateway.v0", "allowedRepositories"]];

    /// <summary>Takes a value into the settings; a fault when the key is not known, or its value is of another kind.</summary>
    public static string? Apply(DaemonSettings settings, ConfigEntry entry)
    {
        if (s_unused.Any(k => Fits(k, entry.Key)))
        {
            settings.Unused.Add(entry.Name);
            return null;
        }
        if (s_known.FirstOrDefault(k => Fits(k.Key, entry.Key)).Set is not { } set)
            return s_refused.Any(k => Fits(k, entry.Key)) ? $"'{entry.Name}' is not offered: of a registry name one keypair, and the authorities as ca; switch the gateway off with enabled = false" : $"'{entry.Name}' is no key of a configuration";
        return set(settings, entry) ? null : $"'{entry.Name}' cannot have the value '{entry.Value}'";
    }

    private static bool Fits(string[] pattern, IReadOnlyList<string> key) => pattern[^1] == "**"
        ? key.Count >= pattern.Length && Fits(pattern[..^1], [.. key.Take(pattern.Length - 1)])
        : key.Count == pattern.Length && pattern.Zip(key).All(p => p.First == "*" || p.First == p.Second || (p.First == "#" && int.TryParse(p.Second, NumberStyles.None, CultureInfo.InvariantCulture, out _)));

    private static void Change(DaemonSettings settings, ConfigEntry entry, Func<CleaningRule, CleaningRule> change)
    {
        var number = int.Parse(entry.Key[3], CultureInfo.InvariantCulture);
        settings.Rules[number] = change(settings.Rules.GetValueOrDefault(number) ?? new CleaningRule());
    }

    private static void Change(DaemonSettings settings, string host, Func<RegistrySetting, RegistrySetting> change) =>
        settings.Registries[host] = change(settings.Registries.GetValueOrDefault(host) ?? new RegistrySetting());

    private static bool Text(ConfigEntry entry, Action<string> set) => entry.Value is string text && Set(text, set);

    private static bool Truth(ConfigEntry entry, Action<bool> set) => entry.Value is bool truth && Set(truth, set);

    private static bool Number(ConfigEntry entry, Action<int> set) => entry.Value is long and >= 0 and <= int.MaxValue and var number && Set((int)number, set);

    private static bool Space(ConfigEntry entry, Action<DiskSpace> set) => DiskSpace.TryParse(entry.Value) is { } space && Set(space, set);

    private static bool Texts(ConfigEntry entry, Action<IReadOnlyList<string>> set) => entry.Value is List<object> list && list.All(v => v is string) && Set<IReadOnlyList<string>>([.. list.Cast<string>()], set);

    private static bool Span(ConfigEntry entry, Action<TimeSpan> set) => entry.Value switch
    {
        long and >= 0 and < 10_000_000_000 and var seconds => Set(TimeSpan.FromSeconds(seconds), set),
        string text when GoDuration.ParseSpan(text) is { } span => Set(span, set),
        _ => false,
    };

    private static bool Set<T>(T value, Action<T> set)
    {
        set(value);
        return true;
    }
}
