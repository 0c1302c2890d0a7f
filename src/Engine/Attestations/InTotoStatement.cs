using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Attestations;

/// <summary>Wraps a predicate into an in-toto statement (v1) about images.</summary>
public static class InTotoStatement
{
    private const string Nameless = "_";

    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The statement, compact, UTF-8.</summary>
    /// <param name="predicateType">A URI.</param>
    /// <param name="predicate">JSON.</param>
    /// <param name="names">Full references of the image. One without any is called <c>_</c>, as BuildKit calls it, for in-toto wants a subject.</param>
    /// <param name="platform">Of the manifest.</param>
    /// <param name="manifest">What the statement is about.</param>
    public static byte[] Write(string predicateType, byte[] predicate, IReadOnlyList<ImageReference> names, Platform platform, Digest manifest)
    {
        return JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["_type"] = "https://in-toto.io/Statement/v1",
                ["subject"] = new JsonArray([.. names.Select(n => PackageUrl.Of(n, platform)).DefaultIfEmpty(Nameless).Select(n => (JsonNode)new JsonObject
                {
                    ["name"] = n,
                    ["digest"] = new JsonObject { [manifest.Algorithm] = manifest.Hex },
                })]),
                ["predicateType"] = predicateType,
                ["predicate"] = JsonNode.Parse(predicate),
            },
            s_compact);
    }
}
