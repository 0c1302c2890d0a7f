using Google.Protobuf;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>What an exporter of images is told (BuildKit's exporter/containerimage/exptypes/keys.go).</summary>
internal sealed record ImageAttributes
{
    private const string Metadata = "containerimage.";

    /// <summary>Names; a single <c>*</c> stands for what the frontend calls it.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    public bool Push { get; init; }

    public bool PushByDigest { get; init; }

    public bool Insecure { get; init; }

    /// <summary>OCI's media types; <c>null</c> leaves it open.</summary>
    public bool? OciMediaTypes { get; init; }

    /// <summary>How layers are compressed; <c>null</c> leaves it open.</summary>
    public LayerCompression? Compression { get; init; }

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

    /// <summary>Statements about an image are artifacts (<c>oci-artifact</c>), rather than images themselves.</summary>
    public bool StatesInArtifacts { get; init; } = true;

    /// <summary>All of it, as it was said: annotations are told by their names.</summary>
    public IReadOnlyDictionary<string, string> Said { get; init; } = new Dictionary<string, string>();

    /// <summary>A result with what is said of it here besides, such as a configuration, which wins over what its frontend says.</summary>
    public FrontendResult Describe(FrontendResult result)
    {
        var said = Said.Where(a => a.Key.StartsWith(Metadata, StringComparison.Ordinal)).ToList();
        if (said.Count == 0) return result;
        var metadata = new Dictionary<string, ByteString>(result.Metadata, StringComparer.Ordinal);
        foreach (var (key, value) in said) metadata[key] = ByteString.CopyFromUtf8(value);
        return result with { Metadata = metadata };
    }

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
        Compression = ReadCompression(attributes),
        SourceDateEpoch = ExportValues.Number(attributes, ExportValues.Epoch),
        IsEpochReset = attributes.GetValueOrDefault(ExportValues.Epoch) == "",
        RewriteTimestamp = ExportValues.Flag(attributes, "rewrite-timestamp") ?? false,
        StatesInArtifacts = ExportValues.Flag(attributes, "oci-artifact") ?? true,
        Said = attributes,
    };

    /// <summary>How layers are to be compressed, here and in caches; <c>null</c> when nothing is said of it. Throws MBK2507.</summary>
    public static LayerCompression? ReadCompression(IReadOnlyDictionary<string, string> attributes)
    {
        if (!attributes.Keys.Any(k => k is "compression" or "compression-level" or "force-compression")) return null;
        var way = attributes.GetValueOrDefault("compression", "gzip") switch
        {
            "gzip" => Engine.Oci.Compression.Gzip,
            "zstd" => Engine.Oci.Compression.Zstd,
            "uncompressed" => Engine.Oci.Compression.None,
            var other => throw ExportValues.Bad("compression", other, "use gzip, zstd or uncompressed"),
        };
        return new LayerCompression(way, (int?)ExportValues.Number(attributes, "compression-level"), ExportValues.Flag(attributes, "force-compression") ?? false);
    }
}
