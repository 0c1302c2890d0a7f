using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>What ran when in a build, as a trace that clients show (<c>docker buildx history trace</c>): a line of JSON for each span, in the form of OpenTelemetry's
/// stubs of spans, which is what BuildKit keeps. The build is one span, and each of its operations that ran another below it.</summary>
internal static class BuildTrace
{
    public const string MediaType = "application/vnd.buildkit.otlp.json.v0";

    private const string Sampled = "01", None = "00";
    private const int TraceIdLength = 32, SpanIdLength = 16, Internal = 1, Failed = 1;

    private static readonly string s_noSpan = new('0', SpanIdLength), s_noTrace = new('0', TraceIdLength);

    /// <summary>Writes it. The same build gives the same ids.</summary>
    /// <param name="record">The build.</param>
    /// <param name="vertices">Its operations.</param>
    /// <param name="ended">When it ended.</param>
    public static byte[] Write(BuildHistoryRecord record, IEnumerable<Vertex> vertices, DateTimeOffset ended)
    {
        var (trace, build) = (Id($"trace {record.Ref}", TraceIdLength), Id($"build {record.Ref}", SpanIdLength));
        var bytes = new ArrayBufferWriter<byte>();
        Write(bytes, new Span("build", trace, build, s_noSpan, record.CreatedAt, Timestamp.FromDateTimeOffset(ended), record.Error?.Message ?? "", [("ref", record.Ref)]));
        foreach (var vertex in vertices.Where(v => v is { Started: not null, Completed: not null }).OrderBy(v => v.Started).ThenBy(v => v.Digest, StringComparer.Ordinal))
            Write(bytes, new Span(vertex.Name, trace, Id($"{record.Ref} {vertex.Digest}", SpanIdLength), build, vertex.Started, vertex.Completed, vertex.Error, [("vertex", vertex.Digest), ("cached", vertex.Cached ? "true" : "false")]));
        return bytes.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> bytes, Span span)
    {
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("Name", span.Name);
            WriteContext(json, "SpanContext", span.Trace, span.Id, Sampled);
            WriteContext(json, "Parent", span.Parent == s_noSpan ? s_noTrace : span.Trace, span.Parent, span.Parent == s_noSpan ? None : Sampled);
            json.WriteNumber("SpanKind", Internal);
            json.WriteString("StartTime", span.Started.ToDateTimeOffset());
            json.WriteString("EndTime", span.Ended.ToDateTimeOffset());
            json.WritePropertyName("Attributes");
            WriteAttributes(json, span.Attributes);
            foreach (var name in (string[])["Events", "Links"]) json.WriteNull(name);
            json.WriteStartObject("Status");
            json.WriteNumber("Code", span.Error.Length > 0 ? Failed : 0);
            json.WriteString("Description", span.Error);
            json.WriteEndObject();
            foreach (var name in (string[])["DroppedAttributes", "DroppedEvents", "DroppedLinks", "ChildSpanCount"]) json.WriteNumber(name, 0);
            json.WritePropertyName("Resource");
            WriteAttributes(json, [("service.name", "msbuildkit")]);
            // It has had two names.
            foreach (var name in (string[])["InstrumentationScope", "InstrumentationLibrary"]) WriteScope(json, name);
            json.WriteEndObject();
        }
        bytes.Write("\n"u8);
    }

    private static void WriteContext(Utf8JsonWriter json, string name, string trace, string span, string flags)
    {
        json.WriteStartObject(name);
        json.WriteString("TraceID", trace);
        json.WriteString("SpanID", span);
        json.WriteString("TraceFlags", flags);
        json.WriteString("TraceState", "");
        json.WriteBoolean("Remote", false);
        json.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter json, IEnumerable<(string Key, string Value)> attributes)
    {
        json.WriteStartArray();
        foreach (var (key, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("Key", key);
            json.WriteStartObject("Value");
            json.WriteString("Type", "STRING");
            json.WriteString("Value", value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteScope(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteString("Name", "msbuildkit");
        json.WriteString("Version", "");
        json.WriteString("SchemaURL", "");
        json.WriteStartObject("Attributes");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Id(string text, int length) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];

    private sealed record Span(string Name, string Trace, string Id, string Parent, Timestamp Started, Timestamp Ended, string Error, IReadOnlyList<(string Key, string Value)> Attributes);
}
