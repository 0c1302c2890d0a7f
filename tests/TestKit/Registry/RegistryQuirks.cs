namespace MsBuildKit.TestKit.Registry;

/// <summary>What real registries do differently, all of it seen in the field.</summary>
public sealed record RegistryQuirks
{
    /// <summary>Upload addresses are absolute and carry a query, as the reference implementation's do.</summary>
    public bool AbsoluteLocations { get; init; }

    /// <summary>HEAD of a manifest answers this status instead.</summary>
    public int? ManifestHead { get; init; }

    /// <summary>Answers carry no <c>Docker-Content-Digest</c>.</summary>
    public bool NoDigestHeader { get; init; }

    /// <summary>A mount is answered with this status: 202 opens an upload instead.</summary>
    public int? Mount { get; init; }

    /// <summary>What a finished upload answers.</summary>
    public int Uploaded { get; init; } = 201;

    /// <summary>Blobs come whole, whatever range was asked for.</summary>
    public bool NoRanges { get; init; }

    /// <summary>Nobody can ask how far an upload came.</summary>
    public bool NoUploadStatus { get; init; }

    /// <summary>Blobs are at another server: this one redirects there.</summary>
    public Uri? BlobsAt { get; init; }
}
