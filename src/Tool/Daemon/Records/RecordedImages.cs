using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>The images that a build made, and the statements about them, as its record names them. They stay in the store until it is pruned.</summary>
internal static class RecordedImages
{
    private const string Described = "containerimage.descriptor", Kind = "vnd.docker.reference.type", Subject = "vnd.docker.reference.digest", Statements = "attestation-manifest";

    /// <summary>Takes what exporters said of images into a record.</summary>
    public static void AddTo(BuildHistoryRecord record, LocalContentStore store)
    {
        if (!record.ExporterResponse.TryGetValue(Described, out var text)) return;
        using var root = JsonDocument.Parse(Convert.FromBase64String(text));
        var image = Describe(root.RootElement);
        var manifests = MediaTypes.IsIndex(image.MediaType) ? Items(store, image.Digest, "manifests") : [];
        var platforms = manifests.Where(m => Annotation(m, Kind) != Statements).ToList();
        var statements = manifests.Where(m => Annotation(m, Kind) == Statements).ToLookup(m => Annotation(m, Subject), m => m.GetProperty("digest").GetString()!);
        if (platforms.Count > 1) foreach (var own in platforms) record.Results[PlatformOf(own)] = Make(Describe(own), statements[own.GetProperty("digest").GetString()], store);
        else record.Result = Make(image, statements.SelectMany(s => s), store);
    }

    private static BuildResultInfo Make(BlobDescriptor image, IEnumerable<string> statements, LocalContentStore store) =>
        new() { ResultDeprecated = image, Results = { [0] = image }, Attestations = { statements.SelectMany(s => Items(store, s, "layers")).Select(Describe) } };

    private static List<JsonElement> Items(LocalContentStore store, string digest, string name)
    {
        using var content = store.Find(Digest.Parse(digest));
        if (content is null) return [];
        using var document = JsonDocument.Parse(content);
        return document.RootElement.TryGetProperty(name, out var items) ? [.. items.EnumerateArray().Select(i => i.Clone())] : [];
    }

    private static BlobDescriptor Describe(JsonElement item)
    {
        var described = new BlobDescriptor { MediaType = item.GetProperty("mediaType").GetString(), Digest = item.GetProperty("digest").GetString(), Size = item.GetProperty("size").GetInt64() };
        if (item.TryGetProperty("annotations", out var annotations)) foreach (var annotation in annotations.EnumerateObject()) described.Annotations[annotation.Name] = annotation.Value.GetString();
        return described;
    }

    private static string? Annotation(JsonElement item, string name) => item.TryGetProperty("annotations", out var all) && all.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string PlatformOf(JsonElement item)
    {
        var platform = item.GetProperty("platform");
        var variant = platform.TryGetProperty("variant", out var named) ? "/" + named.GetString() : "";
        return $"{platform.GetProperty("os").GetString()}/{platform.GetProperty("architecture").GetString()}{variant}";
    }
}
