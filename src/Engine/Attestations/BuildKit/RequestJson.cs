using System.Buffers;
using System.Text.Json;

namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>Requests as the predicate has them.</summary>
internal static class RequestJson
{
    /// <summary>One request alone, compact.</summary>
    public static byte[] Write(RequestProvenance request)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes)) Write(json, request);
        return bytes.WrittenSpan.ToArray();
    }

    public static void Write(Utf8JsonWriter json, RequestParameters request)
    {
        json.WriteStartObject();
        if (request.Frontend.Length > 0) json.WriteString("frontend", request.Frontend);
        if (request.Arguments.Count > 0) WriteTexts(json, "args", request.Arguments);
        WriteLent(json, "secrets", request.Secrets);
        WriteLent(json, "ssh", request.Agents);
        if (request.Folders.Count > 0) WriteList(json, "locals", request.Folders, f => json.WriteString("name", f));
        if (request.Inputs.Count > 0) WriteInputs(json, request.Inputs);
        if (request.Root is { } root)
        {
            json.WritePropertyName("root");
            Write(json, root);
        }
        if (request.Compatibility != 0) json.WriteNumber("compatibilityVersion", request.Compatibility);
        json.WriteEndObject();
    }

    /// <summary>Where a text came from.</summary>
    /// <param name="json">Gets it.</param>
    /// <param name="source">What is written.</param>
    /// <param name="path">What the path in it is called.</param>
    public static void Write(Utf8JsonWriter json, ConfigSource source, string path)
    {
        json.WriteStartObject();
        if (source.Uri is { } uri) json.WriteString("uri", uri);
        if (source.Algorithm is { } algorithm) WriteTexts(json, "digest", [KeyValuePair.Create(algorithm, source.Value!)]);
        if (source.Path is { } file) json.WriteString(path, file);
        json.WriteEndObject();
    }

    /// <summary>An object of texts, in the order of their names.</summary>
    public static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> texts)
    {
        json.WriteStartObject(name);
        foreach (var (key, text) in texts.OrderBy(t => t.Key, StringComparer.Ordinal)) json.WriteString(key, text);
        json.WriteEndObject();
    }

    /// <summary>A list of objects.</summary>
    public static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, RequestProvenance request)
    {
        json.WriteStartObject();
        json.WritePropertyName("configSource");
        Write(json, request.Source, "path");
        json.WritePropertyName("request");
        Write(json, request.Request);
        json.WriteEndObject();
    }

    private static void WriteInputs(Utf8JsonWriter json, IReadOnlyDictionary<string, RequestProvenance> inputs)
    {
        json.WriteStartObject("inputs");
        foreach (var (name, input) in inputs.OrderBy(i => i.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(name);
            Write(json, input);
        }
        json.WriteEndObject();
    }

    private static void WriteLent(Utf8JsonWriter json, string name, IReadOnlyList<LentMaterial> lent)
    {
        if (lent.Count > 0) WriteList(json, name, lent, l =>
        {
            json.WriteString("id", l.Id);
            if (l.IsOptional) json.WriteBoolean("optional", true);
        });
    }
}
