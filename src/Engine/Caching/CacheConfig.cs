using System.Text.Json;
using System.Text.Json.Serialization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Caching;

/// <summary>What a cache says of its results: BuildKit's <c>application/vnd.buildkit.cacheconfig.v0</c>.</summary>
internal sealed record CacheConfig
{
    public const string MediaType = "application/vnd.buildkit.cacheconfig.v0";

    /// <summary>The field of an image's configuration that has the records of an inline cache.</summary>
    public const string InlineField = "moby.buildkit.cache.v0";

    [JsonPropertyName("layers")]
    public IReadOnlyList<CacheConfigLayer>? Layers { get; init; }

    [JsonPropertyName("records")]
    public IReadOnlyList<CacheConfigRecord>? Records { get; init; }

    /// <summary>What a result is called: the key of its vertex and which output it is.</summary>
    public static Digest NameOf(Digest key, int output) => Digest.Of(System.Text.Encoding.ASCII.GetBytes($"{key}@{output}"));

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, CacheConfigJson.Default.CacheConfig);

    public static byte[] WriteRecords(IReadOnlyList<CacheConfigRecord> records) => JsonSerializer.SerializeToUtf8Bytes(records, CacheConfigJson.Default.IReadOnlyListCacheConfigRecord);

    /// <summary>Reads one. Throws MBK2550.</summary>
    public static CacheConfig Parse(ReadOnlySpan<byte> json) => Read(json, CacheConfigJson.Default.CacheConfig);

    /// <summary>Reads the records of an inline cache. Throws MBK2550.</summary>
    public static IReadOnlyList<CacheConfigRecord> ParseRecords(ReadOnlySpan<byte> json) => Read(json, CacheConfigJson.Default.IReadOnlyListCacheConfigRecord);

    private static T Read<T>(ReadOnlySpan<byte> json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new CacheException(CacheException.Unreadable, ErrorKind.Invalid, $"The cache cannot be read: {e.Message.TrimEnd('.')}. Make it anew.", e);
        }
    }
}

/// <summary>A layer of a cache.</summary>
/// <param name="Blob">Its digest.</param>
/// <param name="Parent">The number of the layer below it, or -1. As in Go, 0 is not written.</param>
internal sealed record CacheConfigLayer(
    [property: JsonPropertyName("blob")] string? Blob,
    [property: JsonPropertyName("parent"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Parent);

/// <summary>A result of a cache.</summary>
internal sealed record CacheConfigRecord
{
    /// <summary><see cref="CacheConfig.NameOf"/>.</summary>
    [JsonPropertyName("digest")]
    public string? Digest { get; init; }

    /// <summary>Where its layers are, by the number of the topmost.</summary>
    [JsonPropertyName("layers")]
    public IReadOnlyList<CacheConfigResult>? Results { get; init; }

    /// <summary>Where its layers are, one by one.</summary>
    [JsonPropertyName("chains")]
    public IReadOnlyList<CacheConfigChain>? Chains { get; init; }
}

/// <summary>A result by its topmost layer.</summary>
internal sealed record CacheConfigResult([property: JsonPropertyName("layer")] int Layer);

/// <summary>A result by all of its layers, from the bottom up.</summary>
internal sealed record CacheConfigChain([property: JsonPropertyName("layers")] IReadOnlyList<int>? Layers);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CacheConfig))]
[JsonSerializable(typeof(byte[]))]
[JsonSerializable(typeof(IReadOnlyList<CacheConfigRecord>))]
internal sealed partial class CacheConfigJson : JsonSerializerContext;
