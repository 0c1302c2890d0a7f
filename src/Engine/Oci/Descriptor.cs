using System.Text.Json.Serialization;

namespace MsBuildKit.Engine.Oci;

/// <summary>A typed, sized pointer to content (OCI image-spec, descriptor.md).</summary>
public sealed record Descriptor
{
    [JsonPropertyName("mediaType")]
    [JsonPropertyOrder(0)]
    public required string MediaType { get; init; }

    [JsonPropertyName("digest")]
    [JsonPropertyOrder(1)]
    public required Digest Digest { get; init; }

    /// <summary>Bytes.</summary>
    [JsonPropertyName("size")]
    [JsonPropertyOrder(2)]
    public required long Size { get; init; }

    [JsonPropertyName("urls")]
    [JsonPropertyOrder(3)]
    public IReadOnlyList<string>? Urls { get; init; }

    /// <summary>The content itself, base64 in JSON, for small documents only.</summary>
    [JsonPropertyName("data")]
    [JsonPropertyOrder(4)]
    public byte[]? Data { get; init; }

    [JsonPropertyName("annotations")]
    [JsonPropertyOrder(5)]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    [JsonPropertyName("platform")]
    [JsonPropertyOrder(6)]
    public Platform? Platform { get; init; }

    [JsonPropertyName("artifactType")]
    [JsonPropertyOrder(7)]
    public string? ArtifactType { get; init; }

    /// <summary>Describes <paramref name="bytes"/> by their SHA-256.</summary>
    public static Descriptor Of(string mediaType, ReadOnlySpan<byte> bytes) =>
        new() { MediaType = mediaType, Digest = Digest.Of(bytes), Size = bytes.Length };
}
