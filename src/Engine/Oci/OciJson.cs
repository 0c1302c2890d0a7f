using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace MsBuildKit.Engine.Oci;

/// <summary>Reads and writes the OCI documents: strict when reading, byte-stable when writing.</summary>
public static class OciJson
{
    /// <summary>The most that a manifest, index or config may weigh, in bytes (the limit containerd and registries use).</summary>
    public const int MaxDocumentSize = 4 << 20;

    private static readonly JsonSerializerOptions s_options = new()
    {
        TypeInfoResolver = OciJsonTypes.Default,
        AllowDuplicateProperties = false,
        // Go's readers, which are most of the others, take 'Config' for 'config': so whoever writes both would tell them something else.
        PropertyNameCaseInsensitive = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        Converters = { new DigestConverter(), new SortedMapConverter() },
    };

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads <typeparamref name="T"/>; <paramref name="what"/> names the document in the error (MBK1104).</summary>
    public static T Read<T>(ReadOnlyMemory<byte> json, string what)
    {
        RequireText(json, what);
        try
        {
            return JsonSerializer.Deserialize<T>(json.Span, s_options) ?? throw new JsonException("the document is null");
        }
        catch (JsonException e)
        {
            throw Bad(what, e.Message, e);
        }
    }

    /// <summary>Writes compact JSON whose bytes depend on nothing but <paramref name="value"/>: fixed property order, sorted maps.</summary>
    public static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, s_options);

    /// <summary>The media type of a manifest or an index whose source does not tell it: its own word, else OCI's type for its shape.</summary>
    public static string MediaTypeOf(ReadOnlyMemory<byte> json)
    {
        RequireText(json, "image document");
        try
        {
            using var document = JsonDocument.Parse(json, s_strict);
            if (document.RootElement.TryGetProperty("mediaType", out var own) && own.GetString() is { } mediaType) return mediaType;
            return document.RootElement.TryGetProperty("manifests", out _) ? MediaTypes.OciIndex : MediaTypes.OciManifest;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Bad("image document", e.Message, e);
        }
    }

    /// <summary>Refuses a document that could be read as two kinds (CVE-2021-41190), or whose own media type contradicts its source's.</summary>
    internal static void RequireShape(
        ReadOnlyMemory<byte> json, string? mediaType, string present, string absent, Func<string, bool> isFamily)
    {
        var what = present == "layers" ? "image manifest" : "image index";
        RequireText(json, what);
        try
        {
            using var document = JsonDocument.Parse(json, s_strict);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw Bad(what, "it is not an object");
            if (!root.TryGetProperty(present, out var list) || list.ValueKind != JsonValueKind.Array) throw Bad(what, $"'{present}' is missing");
            foreach (var property in root.EnumerateObject())
                if (property.Name.Equals(absent, StringComparison.OrdinalIgnoreCase)
                    || (property.Name != "mediaType" && property.Name.Equals("mediaType", StringComparison.OrdinalIgnoreCase)))
                    throw Bad(what, $"'{property.Name}' does not belong there");
            if (present == "manifests" && root.TryGetProperty("config", out _)) throw Bad(what, "'config' does not belong there");
            if (!root.TryGetProperty("schemaVersion", out var version) || version.ValueKind != JsonValueKind.Number
                || !version.TryGetInt32(out var number) || number != 2)
                throw Bad(what, "'schemaVersion' must be 2");
            var own = root.TryGetProperty("mediaType", out var element) ? element.GetString() ?? throw Bad(what, "'mediaType' is null") : null;
            if (own is not null && !isFamily(own)) throw Bad(what, $"its own media type is '{own}'");
            if (own is not null && mediaType is not null && own != mediaType)
                throw Bad(what, $"it calls itself '{own}' but was offered as '{mediaType}'");
            if (mediaType is not null && !isFamily(mediaType)) throw Bad(what, $"it was offered as '{mediaType}'");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Bad(what, e.Message, e);
        }
    }

    /// <summary>Refuses lists with a null in them, which serializers let pass.</summary>
    internal static void RequireNoNull(string what, params ReadOnlySpan<IReadOnlyList<object?>?> lists)
    {
        foreach (var list in lists)
            if (list?.Contains(null) == true)
                throw Bad(what, "one of its lists has a null");
    }

    /// <summary>Refuses what would be carried along and could not be written again: half a character in a string.</summary>
    internal static void RequireWritable(string what, Dictionary<string, JsonElement>? unknown)
    {
        try
        {
            if (unknown is not null) JsonSerializer.SerializeToUtf8Bytes(unknown, s_options);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Bad(what, e.Message, e);
        }
    }

    private static void RequireText(ReadOnlyMemory<byte> json, string what)
    {
        if (json.Length > MaxDocumentSize) throw Bad(what, $"it has {json.Length} bytes, more than the {MaxDocumentSize} allowed");
        if (!Utf8.IsValid(json.Span)) throw Bad(what, "it is not UTF-8");
    }

    private static OciException Bad(string what, string why, Exception? inner = null) =>
        new(OciException.InvalidDocument, $"The {what} is not valid: {why.TrimEnd('.')}. Rebuild or re-pull it from a source you trust.", inner);

    private sealed class DigestConverter : JsonConverter<Digest>
    {
        public override Digest Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            Digest.TryParse(reader.GetString(), out var digest) ? digest : throw new JsonException("a digest is malformed");

        public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    private sealed class SortedMapConverter : JsonConverter<IReadOnlyDictionary<string, string>>
    {
        public override IReadOnlyDictionary<string, string> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("expected an object of strings");
            var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var key = reader.GetString()!;
                reader.Read();
                if (reader.TokenType != JsonTokenType.String) throw new JsonException($"the value of '{key}' is not a string");
                if (!map.TryAdd(key, reader.GetString()!)) throw new JsonException($"'{key}' stands twice");
            }
            return map;
        }

        public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (key, text) in value.OrderBy(p => p.Key, StringComparer.Ordinal)) writer.WriteString(key, text);
            writer.WriteEndObject();
        }
    }
}
