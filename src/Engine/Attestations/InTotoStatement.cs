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
    /// <param name="predicateType">A URI.</param>
    /// <param name="predicate">JSON.</param>
    /// <param name="names">Full references of the image. One without any is called <c>_</c>, as BuildKit calls it, for in-toto wants a subject.</param>
    /// <param name="platform">Of the manifest.</param>
    /// <param name="manifest">What the statement is about.</param>
    public static byte[] Write(string predicateType, byte[] predicate, IReadOnlyList<ImageReference> names, Platform platform, Digest manifest) =>
        Write(predicateType, predicate, names.Select(n => PackageUrl.Of(n, platform)).DefaultIfEmpty(Nameless).Select(n => (n, manifest)), s_compact);

    /// <summary>The statement about files instead, indented, UTF-8: as BuildKit puts it beside them.</summary>
    /// <param name="predicateType">A URI.</param>
    /// <param name="predicate">JSON.</param>
    /// <param name="files">Their paths, and what they contain.</param>
    public static byte[] WriteForFiles(string predicateType, byte[] predicate, IEnumerable<(string Path, Digest Digest)> files) => Write(predicateType, predicate, files, s_indented);

    /// <summary>The statement of somebody else about an image, compact, UTF-8.</summary>
    /// <param name="given">What it says.</param>
    /// <param name="names">Full references of the image.</param>
    /// <param name="platform">Of the manifest.</param>
    /// <param name="manifest">The image.</param>
    public static byte[] Write(GivenStatement given, IReadOnlyList<ImageReference> names, Platform platform, Digest manifest) =>
        Write(given.PredicateType, given.Predicate, Subjects(given, [.. names.Select(n => PackageUrl.Of(n, platform)).DefaultIfEmpty(Nameless).Select(n => (n, manifest))]), s_compact);

    /// <summary>The statement of somebody else about files, indented, UTF-8.</summary>
    /// <param name="given">What it says.</param>
    /// <param name="files">Their paths, and what they contain.</param>
    public static byte[] WriteForFiles(GivenStatement given, IReadOnlyList<(string Path, Digest Digest)> files) => Write(given.PredicateType, given.Predicate, Subjects(given, files), s_indented);

    // What is built is called what it is called, and what the statement calls it besides.
    private static IEnumerable<(string, IReadOnlyList<Digest>)> Subjects(GivenStatement given, IReadOnlyList<(string Name, Digest Digest)> built)
    {
        foreach (var subject in given.Subjects.DefaultIfEmpty(new GivenSubject(null, [])))
        {
            if (subject.Digests.Count > 0)
            {
                yield return (subject.Name ?? Nameless, subject.Digests);
                continue;
            }
            foreach (var (name, digest) in built)
            {
                yield return (name, [digest]);
                if (subject.Name is not null) yield return (subject.Name, [digest]);
            }
        }
    }

    private static byte[] Write(string predicateType, byte[] predicate, IEnumerable<(string Name, Digest Digest)> subjects, JsonSerializerOptions options) =>
        Write(predicateType, predicate, subjects.Select(s => (s.Name, (IReadOnlyList<Digest>)[s.Digest])), options);

    private static byte[] Write(string predicateType, byte[] predicate, IEnumerable<(string Name, IReadOnlyList<Digest> Digests)> subjects, JsonSerializerOptions options) => JsonSerializer.SerializeToUtf8Bytes(
        new JsonObject
        {
            ["_type"] = "https://in-toto.io/Statement/v1",
            ["subject"] = new JsonArray([.. subjects.Select(s => (JsonNode)new JsonObject
            {
                ["name"] = s.Name,
                ["digest"] = new JsonObject([.. s.Digests.DistinctBy(d => d.Algorithm).Select(d => KeyValuePair.Create(d.Algorithm, (JsonNode?)d.Hex))]),
            })]),
            ["predicateType"] = predicateType,
            ["predicate"] = predicate.Length == 0 ? null : JsonNode.Parse(predicate),
        },
        options);
}
