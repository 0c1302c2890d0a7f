using System.Net;

namespace MsBuildKit.Tool.Daemon;

/// <summary>How the daemon runs, checked.</summary>
internal sealed record DaemonOptions
{
    /// <summary>The root of the content store.</summary>
    public required string Store { get; init; }

    /// <summary>Where it listens: unix sockets and ports.</summary>
    public required IReadOnlyList<EndPoint> Listen { get; init; }

    /// <summary>What builds may ask for beyond the sandbox.</summary>
    public IReadOnlySet<string> Entitlements { get; init; } = new HashSet<string>();

    /// <summary>What proves to clients who the daemon is, and says whom it believes; <c>null</c> where ports are open to everybody who reaches them.</summary>
    public DaemonCertificates? Certificates { get; init; }

    /// <summary>How many operations of a build run at once.</summary>
    public int Parallelism { get; init; } = 2;
}
