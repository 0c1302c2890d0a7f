using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>What an exporter of images is told (BuildKit's exporter/containerimage/exptypes/keys.go).</summary>
internal sealed record ImageAttributes
{
    /// <summary>Names; a single <c>*</c> stands for what the frontend calls it.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    public bool Push { get; init; }

    public bool PushByDigest { get; init; }

    public bool Insecure { get; init; }

    /// <summary>OCI's media types; <c>null</c> leaves it open.</summary>
    public bool? OciMediaTypes { get; init; }

    public Compression Compression { get; init; } = Compression.Gzip;

    public int? CompressionLevel { get; init; }

    /// <summary>The time of all images; <c>null</c> for that which each frontend found.</summary>
    public long? SourceDateEpoch { get; init; }

    /// <summary>The time that a frontend found counts for nothing.</summary>
    public bool IsEpochReset { get; init; }

    /// <summary>Layers say that no file in them is newer than the epoch.</summary>
    public bool RewriteTimestamp { get; init; }

    /// <summary>A tar rather than files one by one.</summary>
    public bool Tar { get; init; } = true;

    /// <summary>Statements that belong nowhere but into images are reason enough to attach some; <c>null</c> leaves it open.</summary>
    public bool? HasInlineStatements { get; init; }

    public IReadOnlyDictionary<string, string> ManifestAnnotations { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> IndexAnnotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads them; those that nobody knows are left for whom they are meant. Throws MBK2507.</summary>
    public static ImageAttributes Read(IReadOnlyDictionary<string, string> attributes) => new()
    {
        Names = attributes.GetValueOrDefault("name", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        Push = ExportValues.Flag(attributes, "push") ?? false,
        PushByDigest = ExportValues.Flag(attributes, "push-by-digest") ?? false,
        Insecure = ExportValues.Flag(attributes, "registry.insecure") ?? false,
        OciMediaTypes = ExportValues.Flag(attributes, "oci-mediatypes"),
        HasInlineStatements = ExportValues.Flag(attributes, "attestation-inline"),
        Tar = ExportValues.Flag(attributes, "tar") ?? true,
        Compression = attributes.GetValueOrDefault("compression", "gzip") switch
        {
            "gzip" => Compression.Gzip,
            "zstd" => Compression.Zstd,
            "uncompressed" => Compression.None,
            var other => throw ExportValues.Bad("compression", other, "use gzip, zstd or uncompressed"),
        },
        CompressionLevel = ExportValues.Number(attributes, "compression-level") is { } level ? (int)level : null,
        SourceDateEpoch = ExportValues.Number(attributes, ExportValues.Epoch),
        IsEpochReset = attributes.GetValueOrDefault(ExportValues.Epoch) == "",
        RewriteTimestamp = ExportValues.Flag(attributes, "rewrite-timestamp") ?? false,
        ManifestAnnotations = Annotations(attributes, "annotation.", "annotation-manifest."),
        IndexAnnotations = Annotations(attributes, "annotation-index."),
    };

    private static Dictionary<string, string> Annotations(IReadOnlyDictionary<string, string> attributes, params string[] prefixes) =>
        attributes.SelectMany(a => prefixes.Where(p => a.Key.StartsWith(p, StringComparison.Ordinal)).Select(p => (Key: a.Key[p.Length..], a.Value)))
            .DistinctBy(a => a.Key).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
}
