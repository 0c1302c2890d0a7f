using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MsBuildKit.Engine.Attestations;

/// <summary>Writes provenance as a SLSA v1 predicate.</summary>
/// <remarks>Honest about its level: the builder is the user's own machine and the build can forge what it likes, which is SLSA build level 1.
/// Times are the source date epoch, or two builds of the same inputs would differ.</remarks>
public static class ProvenanceDocument
{
    /// <summary>The predicate type.</summary>
    public const string PredicateType = "https://slsa.dev/provenance/v1";

    private const string BuildType = "https://msbuildkit.invalid/build-types/dotnet-publish/v1";
    private const string LocalBuilder = "https://msbuildkit.invalid/builders/local/v1";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The predicate, indented, UTF-8.</summary>
    public static byte[] Write(ProvenanceInput input)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(input.SourceDateEpoch).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", null);
        return JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["buildDefinition"] = new JsonObject
                {
                    ["buildType"] = BuildType,
                    ["externalParameters"] = new JsonObject
                    {
                        ["project"] = input.ProjectName,
                        ["properties"] = new JsonObject([.. input.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))]),
                    },
                    ["internalParameters"] = new JsonObject { ["platform"] = input.Platform, ["graph"] = input.GraphDigest },
                    ["resolvedDependencies"] = new JsonArray([.. input.Dependencies.Select(Describe)]),
                },
                ["runDetails"] = new JsonObject
                {
                    ["builder"] = new JsonObject { ["id"] = LocalBuilder, ["version"] = new JsonObject { ["msbuildkit"] = Producer.Version } },
                    ["metadata"] = new JsonObject { ["startedOn"] = time, ["finishedOn"] = time },
                },
            },
            s_indented);
    }

    private static JsonNode Describe(ProvenanceDependency dependency)
    {
        var described = new JsonObject { ["uri"] = dependency.Uri };
        if (dependency.Algorithm is not null) described["digest"] = new JsonObject { [dependency.Algorithm] = dependency.Value };
        return described;
    }
}
