using System.Text.Json;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>The image that a build made, as its record names it. It stays in the store until it is pruned.</summary>
internal static class RecordedImages
{
    private const string Described = "containerimage.descriptor";

    /// <summary>Takes what exporters said of an image into a record.</summary>
    public static void AddTo(BuildHistoryRecord record)
    {
        if (!record.ExporterResponse.TryGetValue(Described, out var text)) return;
        using var root = JsonDocument.Parse(Convert.FromBase64String(text));
        var image = Describe(root.RootElement);
        record.Result ??= new BuildResultInfo();
        (record.Result.ResultDeprecated, record.Result.Results[0]) = (image, image);
    }

    private static BlobDescriptor Describe(JsonElement item)
    {
        var described = new BlobDescriptor { MediaType = item.GetProperty("mediaType").GetString(), Digest = item.GetProperty("digest").GetString(), Size = item.GetProperty("size").GetInt64() };
        if (item.TryGetProperty("annotations", out var annotations)) foreach (var annotation in annotations.EnumerateObject()) described.Annotations[annotation.Name] = annotation.Value.GetString();
        return described;
    }
}
