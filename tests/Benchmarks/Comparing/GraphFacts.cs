using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>The operations of a graph by digest, and what is said of each.</summary>
/// <param name="Operations">As JSON, by digest, in the graph's order.</param>
/// <param name="Said">Descriptions, groups and places, by digest.</param>
internal sealed record GraphFacts(IReadOnlyDictionary<string, string> Operations, IReadOnlyDictionary<string, string> Said)
{
    private const string Session = "local.session";

    /// <summary>Of what <c>frontend.convertllb</c> answers.</summary>
    /// <param name="json">The answer.</param>
    /// <param name="session">The session that local files are lent by, or <c>null</c> when none is.</param>
    public static GraphFacts Read(JsonNode json, out string? session)
    {
        session = json["def"]!.AsObject().Select(o => (string?)o.Value!["source"]?["attrs"]?[Session]).FirstOrDefault(s => s is not null);
        var said = json["def"]!.AsObject().ToDictionary(o => o.Key, o => Say(json["metadata"]![o.Key], json["source"]?["locations"]?[o.Key]));
        return new GraphFacts(json["def"]!.AsObject().ToDictionary(o => o.Key, o => o.Value!.ToJsonString()), said);
    }

    /// <summary>Of a definition, as if that session had lent its local files: their operations name it, so that every digest behind them is another one.</summary>
    public static GraphFacts Of(Definition definition, string? session)
    {
        var (operations, said, digests) = (new Dictionary<string, string>(), new Dictionary<string, string>(), new Dictionary<string, string>());
        foreach (var bytes in definition.Def)
        {
            var (op, given) = (Op.Parser.ParseFrom(bytes), Digest.Of(bytes.Span).ToString());
            foreach (var input in op.Inputs) input.Digest = digests[input.Digest];
            if (session is not null && op.Source?.Identifier.StartsWith("local://", StringComparison.Ordinal) == true) op.Source.Attrs[Session] = session;
            var digest = digests[given] = Digest.Of(CanonicalBytes.Of(op)).ToString();
            operations[digest] = JsonFormatter.Default.Format(op);
            var locations = definition.Source?.Locations.GetValueOrDefault(given);
            said[digest] = Say(definition.Metadata.TryGetValue(given, out var metadata) ? Parse(metadata) : null, locations is null ? null : JsonNode.Parse(JsonFormatter.Default.Format(locations)));
        }
        return new GraphFacts(operations, said);
    }

    private static JsonNode Parse(OpMetadata metadata)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes)) MessageJson.Write(json, metadata);
        return JsonNode.Parse(bytes.ToArray())!;
    }

    // The name of a group is by chance, and what a builder must be able to do is written elsewhere.
    private static string Say(JsonNode? metadata, JsonNode? places)
    {
        var group = metadata?["progress_group"];
        var descriptions = metadata?["description"]?.AsObject().OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Key}={d.Value}") ?? [];
        var lines = places?["locations"]?.AsArray().Select(l => $"lines {string.Join(' ', l!["ranges"]?.AsArray().Select(r => $"{r!["start"]?["line"]}-{r["end"]?["line"]}") ?? [])}") ?? [];
        return string.Join(" | ", [.. descriptions, group is null ? "" : $"group '{group["name"]}' weak {group["weak"] ?? false}", metadata?["ignore_cache"] is null ? "" : "no cache", .. lines]);
    }
}
