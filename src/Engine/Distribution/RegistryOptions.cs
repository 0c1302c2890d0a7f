using System.Net;

namespace MsBuildKit.Engine.Distribution;

/// <summary>How registries are spoken to.</summary>
public sealed record RegistryOptions
{
    /// <summary>Hosts that may be spoken to without TLS. Those on the loopback always may.</summary>
    public IReadOnlyCollection<string> InsecureRegistries { get; init; } = [];

    /// <summary>What is known of single registries, by the name that images have for them.</summary>
    public IReadOnlyDictionary<string, RegistryHost> Hosts { get; init; } = new Dictionary<string, RegistryHost>();

    /// <summary>Blobs moved at once.</summary>
    /// <value>Default: 4.</value>
    public int Parallelism { get; init; } = 4;

    /// <summary>How often a request is tried that fails for a passing reason.</summary>
    /// <value>Default: 8.</value>
    public int Attempts { get; init; } = 8;

    /// <summary>How often a request is tried whose refusal, or whose wrong answer, may be somebody's mistake.</summary>
    /// <value>Default: 4.</value>
    public int DoubtfulAttempts { get; init; } = 4;

    /// <summary>How long a server may be silent before the request counts as failed.</summary>
    /// <value>Default: 100 seconds.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Bytes in a second that a download must bring on average, or it counts as broken. An upload that moves no block within
    /// <see cref="IdleTimeout"/> does.</summary>
    /// <value>Default: 1024.</value>
    public int LowestRate { get; init; } = 1024;

    /// <summary>How long <see cref="LowestRate"/> may be missed.</summary>
    /// <value>Default: 1 minute.</value>
    public TimeSpan RateWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The way out. What stands on this machine is always spoken to directly.</summary>
    /// <value>Default: what the process was started with.</value>
    public IWebProxy? Proxy { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>For the jitter of pauses between tries.</summary>
    public required Random Random { get; init; }
}
