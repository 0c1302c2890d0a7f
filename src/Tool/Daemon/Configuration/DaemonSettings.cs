using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>What a configuration file and a command line say of the daemon, as they say it. A command line says it last.</summary>
internal sealed class DaemonSettings
{
    public List<string> Addresses { get; set; } = [];

    public string? Root { get; set; }

    /// <summary>Where files are that say something of the builder.</summary>
    public string? ProvenanceFolder { get; set; }

    public string? Group { get; set; }

    public int? GroupId { get; set; }

    public int? UserId { get; set; }

    public string? TlsCertificate { get; set; }

    public string? TlsKey { get; set; }

    public string? TlsAuthorities { get; set; }

    /// <summary>Ports that other machines reach may be open to everybody.</summary>
    public bool AllowsUnprotectedPorts { get; set; }

    public HashSet<string> Entitlements { get; } = new(StringComparer.Ordinal);

    public bool HasDevices { get; set; } = true;

    /// <summary>Where files describe devices.</summary>
    public List<string> DeviceFolders { get; set; } = [.. DeviceFiles.Folders, "/etc/buildkit/cdi"];

    /// <summary>Devices and kinds of them that every build may have.</summary>
    public List<string> AllowedDevices { get; set; } = [];

    public Dictionary<string, string> Labels { get; } = new(StringComparer.Ordinal);

    public List<string> Platforms { get; set; } = [];

    public int? Parallelism { get; set; }

    /// <summary>Whether the daemon cleans by itself; <c>null</c> means where a rule or a limit is given.</summary>
    public bool? Cleans { get; set; }

    public CleaningRule Limits { get; set; } = new();

    public SortedDictionary<int, CleaningRule> Rules { get; } = [];

    public TimeSpan HistoryAge { get; set; } = TimeSpan.FromHours(48);

    public int HistoryEntries { get; set; } = 50;

    public bool HasDockerfileFrontend { get; set; } = true;

    public bool HasGatewayFrontend { get; set; } = true;

    public Dictionary<string, RegistrySetting> Registries { get; } = new(StringComparer.Ordinal);

    /// <summary>What was said that has no meaning here.</summary>
    public List<string> Unused { get; } = [];
}
