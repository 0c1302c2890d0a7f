using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Attestations;

/// <summary>Wraps a predicate into an in-toto statement (v1) about images or files.</summary>
public static class InTotoStatement
{
    private const string Nameless = "_";

    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_indented = new(s_compact) { WriteIndented = true, NewLine = "\n" };

    /// <summary>The statement, compact, UTF-8.</summary>
    /// <param name="predicate">What is said.</param>
    /// <param name="names">Full references of the image. One without any is called <c>_</c>, as BuildKit calls it, for in-toto wants a subject.</param>
    /// <param name="platform">Of the manifest.</param>
    /// <param name="manifest">What the statement is about.</param>
    public static byte[] Write(Predicate predicate, IReadOnlyList<ImageReference> names, Platform platform, Digest manifest) =>
        Write(predicate, names.Select(n => PackageUrl.Of(n, platform)).DefaultIfEmpty(Nameless).Select(n => (n, manifest)), s_compact);

    /// <summary>The statement about files instead, indented, UTF-8: as BuildKit puts it beside them.</summary>
    /// <param name="predicate">What is said.</param>
    /// <param name="files">Their paths, and what they contain.</param>
    public static byte[] WriteForFiles(Predicate predicate, IEnumerable<(string Path, Digest Digest)> files) => Write(predicate, files, s_indented);

    private static byte[] Write(Predicate predicate, IEnumerable<(string Name, Digest Digest)> attached, JsonSerializerOptions options) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject
        {
            ["_type"] = "https://in-toto.io/Statement/v1",
            ["subject"] = new JsonArray([.. Subjects(predicate, [.. attached.Select(a => new PredicateSubject(a.Name, [a.Digest]))]).Select(s => (JsonNode)new JsonObject
            {
                ["name"] = s.Name.Length > 0 ? s.Name : Nameless,
                ["digest"] = new JsonObject(s.Digests.DistinctBy(d => d.Algorithm).Select(d => KeyValuePair.Create(d.Algorithm, (JsonNode?)d.Hex))),
            })]),
            ["predicateType"] = predicate.Type,
            ["predicate"] = JsonNode.Parse(predicate.Json),
        },
        options);

    // One without digests is what the statement is attached to, which keeps its own names beside this one.
    private static IEnumerable<PredicateSubject> Subjects(Predicate predicate, IReadOnlyList<PredicateSubject> attached)
    {
        if (predicate.Subjects.Count == 0) return attached;
        return predicate.Subjects.SelectMany(s => s.Digests.Count > 0 ? [s] : s.Name.Length == 0 ? attached : attached.SelectMany(a => new[] { a, a with { Name = s.Name } }));
    }
}
