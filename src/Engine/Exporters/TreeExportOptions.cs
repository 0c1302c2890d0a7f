namespace MsBuildKit.Engine.Exporters;

/// <summary>How files are exported: BuildKit's attributes of its <c>local</c> and <c>tar</c> exporters.</summary>
public sealed record TreeExportOptions
{
    /// <summary>Seconds of the Unix epoch that are the time of everything (<c>source-date-epoch</c>).</summary>
    /// <value>Default: <c>null</c>, which leaves everything its own.</value>
    public long? SourceDateEpoch { get; init; }

    /// <summary>Each platform has a folder, such as <c>linux_amd64</c> (<c>platform-split</c>).</summary>
    /// <value>Default: <c>null</c>, for when there are several.</value>
    public bool? PlatformSplit { get; init; }

    /// <summary>What the names of statements begin with (<c>attestation-prefix</c>).</summary>
    /// <value>Default: nothing.</value>
    public string AttestationPrefix { get; init; } = "";

    /// <summary>Seconds of the Unix epoch that are the time of statements when there is no <see cref="SourceDateEpoch"/>.</summary>
    /// <value>Default: 0.</value>
    public long StatementSeconds { get; init; }
}
