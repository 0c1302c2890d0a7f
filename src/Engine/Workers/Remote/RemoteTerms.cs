using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>How graphs are solved somewhere else.</summary>
/// <param name="Project">What builds of the same project have in common, so that they find the same builder.</param>
/// <param name="SourceDateEpoch">Seconds that stand for the time of every file that is lent.</param>
public sealed record RemoteTerms(string Project, long SourceDateEpoch)
{
    /// <summary>Of new layers.</summary>
    /// <value>Default: gzip.</value>
    public Compression Compression { get; init; } = Compression.Gzip;

    /// <summary>The compressor's level, or <c>null</c> for the builder's default.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>Steps may use the builder's own network.</summary>
    public bool AllowHostNetwork { get; init; }

    /// <summary>Steps may run without confinement.</summary>
    public bool AllowInsecure { get; init; }

    /// <summary>Steps may use devices of the builder.</summary>
    public bool AllowDevices { get; init; }
}
