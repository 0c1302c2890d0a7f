using System.Text.Json.Serialization;

namespace MsBuildKit.Engine.Oci;

/// <summary>An image index (OCI image-spec, image-index.md; a Docker manifest list reads the same).</summary>
public sealed record ImageIndex
{
    [JsonPropertyName("schemaVersion")]
    [JsonPropertyOrder(0)]
    public int SchemaVersion { get; set; } = 2;

    [JsonPropertyName("mediaType")]
    [JsonPropertyOrder(1)]
    public string? MediaType { get; set; } = MediaTypes.OciIndex;

    [JsonPropertyName("artifactType")]
    [JsonPropertyOrder(2)]
    public string? ArtifactType { get; init; }

    [JsonPropertyName("manifests")]
    [JsonPropertyOrder(3)]
    public required IReadOnlyList<Descriptor> Manifests { get; init; }

    [JsonPropertyName("subject")]
    [JsonPropertyOrder(4)]
    public Descriptor? Subject { get; init; }

    [JsonPropertyName("annotations")]
    [JsonPropertyOrder(5)]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Parses and checks an index of either family. Throws MBK1104 as <see cref="ImageManifest.Parse"/> does.</summary>
    public static ImageIndex Parse(ReadOnlyMemory<byte> json, string? mediaType = null)
    {
        OciJson.RequireShape(json, mediaType, present: "manifests", absent: "layers", MediaTypes.IsIndex);
        var index = OciJson.Read<ImageIndex>(json, "image index");
        OciJson.RequireNoNull("image index", index.Manifests);
        return index;
    }

    /// <summary>The first entry that runs on <paramref name="platform"/>, attestations left out, or <c>null</c>.</summary>
    public Descriptor? FindPlatform(Platform platform) => Manifests.FirstOrDefault(m =>
        m.Platform is { } p && platform.Matches(p) && m.Annotations?.ContainsKey(AnnotationKeys.ReferenceType) != true);
}
