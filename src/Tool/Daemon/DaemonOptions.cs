using System.Net;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Configuration;

namespace MsBuildKit.Tool.Daemon;

/// <summary>How the daemon runs, checked.</summary>
internal sealed record DaemonOptions
{
    /// <summary>The root of the content store.</summary>
    public required string Store { get; init; }

    /// <summary>Where it listens: unix sockets and ports.</summary>
    public required IReadOnlyList<EndPoint> Listen { get; init; }

    /// <summary>Who may use its sockets besides its own user; <c>null</c> for nobody.</summary>
    public string? Group { get; init; }

    /// <summary>The same as a number.</summary>
    public int? GroupId { get; init; }

    /// <summary>Whose the sockets are; <c>null</c> for the daemon's own user.</summary>
    public int? UserId { get; init; }

    /// <summary>What builds may ask for beyond the sandbox.</summary>
    public IReadOnlySet<string> Entitlements { get; init; } = new HashSet<string>();

    /// <summary>What proves to clients who the daemon is, and says whom it believes; <c>null</c> where ports are open to everybody who reaches them.</summary>
    public DaemonCertificates? Certificates { get; init; }

    /// <summary>How many things are done at once for an operation or an export.</summary>
    public int Parallelism { get; init; } = 2;

    /// <summary>How many operations of a build run at once.</summary>
    public int OperationsAtOnce { get; init; } = 16;

    /// <summary>How many operations of all builds together run at once; <c>null</c> for no such limit.</summary>
    public int? MostAtOnce { get; init; }

    /// <summary>What clients are told of the worker besides.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>What clients are told can be built; empty for the machine's own platform.</summary>
    public IReadOnlyList<Platform> Platforms { get; init; } = [];

    /// <summary>What the daemon removes after builds, in this order.</summary>
    public IReadOnlyList<CleaningRule> Rules { get; init; } = [];

    /// <summary>How long a build is remembered at least.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromHours(48);

    /// <summary>How many builds are remembered at least.</summary>
    public int HistoryEntries { get; init; } = 50;

    /// <summary>What provenance says of the builder besides.</summary>
    public JsonObject Provenance { get; init; } = [];

    public bool HasDockerfileFrontend { get; init; } = true;

    /// <summary>Clients may name images that are frontends.</summary>
    public bool HasGatewayFrontend { get; init; } = true;

    /// <summary>How registries are reached, by host.</summary>
    public IReadOnlyDictionary<string, RegistryHost> Registries { get; init; } = new Dictionary<string, RegistryHost>();

    /// <summary>How long builds that run may still take when the daemon is told to stop.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}
