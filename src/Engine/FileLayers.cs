using System.Text.Json;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine;

/// <summary>Tells in an SBOM that a scanner wrote which layer each file is of, as BuildKit does: a scanner sees files, and no layers.</summary>
internal sealed class FileLayers(LocalContentStore store, ILayerProvider layers)
{
    /// <summary>The document with comments at files that had none; the same when it is no SPDX 2 document, or has no files.</summary>
    public async Task<Predicate> TellAsync(Predicate sbom, LayerChain chain, CancellationToken cancellationToken)
    {
        if (JsonNode.Parse(sbom.Json) is not JsonObject document || Text(document, "spdxVersion")?.StartsWith("SPDX-2.", StringComparison.Ordinal) is not true) return sbom;
        var files = (document["files"] as JsonArray)?.OfType<JsonObject>().Where(f => string.IsNullOrEmpty(Text(f, "comment"))).ToList() ?? [];
        if (files.Count == 0) return sbom;
        var owners = (await TreeReader.OpenAsync(chain.Layers, store, layers, cancellationToken).ConfigureAwait(false)).Layers();
        foreach (var file in files)
            if (owners.TryGetValue(PathOf(Text(file, "fileName") ?? ""), out var layer)) file["comment"] = $"layerID: {chain.Layers[layer].Blob.Digest}";
        if (document["creationInfo"] is not JsonObject made) document["creationInfo"] = made = [];
        if (made["creators"] is not JsonArray creators) made["creators"] = creators = [];
        creators.Add($"Tool: {Producer.NameAndVersion}");
        return sbom with { Json = JsonSerializer.SerializeToUtf8Bytes(document) };
    }

    // SPDX wants them relative, scanners write them as they see them.
    private static string PathOf(string name) => (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name).TrimStart('/');

    private static string? Text(JsonObject from, string name) => from[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
