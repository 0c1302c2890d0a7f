using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MsBuildKit.Engine.Oci;

/// <summary>An image configuration (OCI image-spec, config.md). Fields that we do not know survive a read and a write.</summary>
public sealed record ImageConfig
{
    /// <summary>RFC 3339, UTC.</summary>
    [JsonPropertyName("created")]
    [JsonPropertyOrder(0)]
    public string? Created { get; init; }

    [JsonPropertyName("author")]
    [JsonPropertyOrder(1)]
    public string? Author { get; init; }

    [JsonPropertyName("architecture")]
    [JsonPropertyOrder(2)]
    public required string Architecture { get; init; }

    [JsonPropertyName("os")]
    [JsonPropertyOrder(3)]
    public required string Os { get; init; }

    [JsonPropertyName("os.version")]
    [JsonPropertyOrder(4)]
    public string? OsVersion { get; init; }

    [JsonPropertyName("variant")]
    [JsonPropertyOrder(5)]
    public string? Variant { get; init; }

    [JsonPropertyName("config")]
    [JsonPropertyOrder(6)]
    public ContainerConfig? Config { get; init; }

    [JsonPropertyName("rootfs")]
    [JsonPropertyOrder(7)]
    public RootFs RootFs { get; set; } = new();

    [JsonPropertyName("history")]
    [JsonPropertyOrder(8)]
    public IReadOnlyList<HistoryEntry>? History { get; init; }

    [JsonExtensionData]
    [JsonPropertyOrder(9)]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    [JsonIgnore]
    public Platform Platform => new Platform { Os = Os, Architecture = Architecture, Variant = Variant, OsVersion = OsVersion }.Normalize();

    /// <summary>Parses a configuration; throws MBK1104.</summary>
    public static ImageConfig Parse(ReadOnlyMemory<byte> json)
    {
        var config = OciJson.Read<ImageConfig>(json, "image configuration");
        OciJson.RequireWritable("image configuration", config.Unknown);
        OciJson.RequireWritable("image configuration", config.Config?.Unknown);
        OciJson.RequireNoNull("image configuration", config.History, config.Config?.Env, config.Config?.Entrypoint, config.Config?.Cmd, config.Config?.Healthcheck?.Test,
            config.Config?.OnBuild, config.Config?.Shell);
        return config;
    }
}

/// <summary>The layers of an image by the digests of their uncompressed tars, from the base up.</summary>
public sealed record RootFs
{
    [JsonPropertyName("type")]
    [JsonPropertyOrder(0)]
    public string Type { get; set; } = "layers";

    [JsonPropertyName("diff_ids")]
    [JsonPropertyOrder(1)]
    [AllowNull]
    public IReadOnlyList<Digest> DiffIds
    {
        get;
        // What Go's programs write for none.
        set => field = value ?? [];
    } = [];
}

/// <summary>How one layer, or one change without a layer, came to be.</summary>
public sealed record HistoryEntry
{
    [JsonPropertyName("created")]
    [JsonPropertyOrder(0)]
    public string? Created { get; init; }

    [JsonPropertyName("created_by")]
    [JsonPropertyOrder(1)]
    public string? CreatedBy { get; init; }

    [JsonPropertyName("author")]
    [JsonPropertyOrder(2)]
    public string? Author { get; init; }

    [JsonPropertyName("comment")]
    [JsonPropertyOrder(3)]
    public string? Comment { get; init; }

    [JsonPropertyName("empty_layer")]
    [JsonPropertyOrder(4)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EmptyLayer { get; init; }
}
