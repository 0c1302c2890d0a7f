using System.Text.Json.Serialization;

namespace MsBuildKit.Engine.Oci;

/// <summary>An image manifest (OCI image-spec, manifest.md; Docker schema 2 reads the same).</summary>
public sealed record ImageManifest
{
    [JsonPropertyName("schemaVersion")]
    [JsonPropertyOrder(0)]
    public int SchemaVersion { get; set; } = 2;

    /// <summary>Optional in OCI documents; we always write it.</summary>
    [JsonPropertyName("mediaType")]
    [JsonPropertyOrder(1)]
    public string? MediaType { get; set; } = MediaTypes.OciManifest;

    [JsonPropertyName("artifactType")]
    [JsonPropertyOrder(2)]
    public string? ArtifactType { get; init; }

    [JsonPropertyName("config")]
    [JsonPropertyOrder(3)]
    public required Descriptor Config { get; init; }

    /// <summary>From the base up.</summary>
    [JsonPropertyName("layers")]
    [JsonPropertyOrder(4)]
    public required IReadOnlyList<Descriptor> Layers { get; init; }

    [JsonPropertyName("subject")]
    [JsonPropertyOrder(5)]
    public Descriptor? Subject { get; init; }

    [JsonPropertyName("annotations")]
    [JsonPropertyOrder(6)]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Parses and checks a manifest of either family; <paramref name="mediaType"/> is what the source said it is.
    /// Throws MBK1104 when the document is also an index, has duplicate keys, or disagrees with its media type.</summary>
    public static ImageManifest Parse(ReadOnlyMemory<byte> json, string? mediaType = null)
    {
        OciJson.RequireShape(json, mediaType, present: "layers", absent: "manifests", MediaTypes.IsManifest);
        var manifest = OciJson.Read<ImageManifest>(json, "image manifest");
        OciJson.RequireNoNull("image manifest", manifest.Layers);
        return manifest;
    }
}
