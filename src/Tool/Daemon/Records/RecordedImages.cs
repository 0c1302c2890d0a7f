using System.Text.Json;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>The images that a build made, as its record names them by exporter. They stay in the store until they are pruned.</summary>
internal static class RecordedImages
{
    private const string Described = "containerimage.descriptor";

    /// <summary>Takes what exporters said of images into a record.</summary>
    public static void AddTo(BuildHistoryRecord record, IReadOnlyList<IReadOnlyDictionary<string, string>> exported)
    {
        for (var i = 0; i < exported.Count; i++)
        {
            if (!exported[i].TryGetValue(Described, out var text)) continue;
            using var root = JsonDocument.Parse(Convert.FromBase64String(text));
            var image = Describe(root.RootElement);
            record.Result ??= new BuildResultInfo();
            record.Result.ResultDeprecated ??= image;
            record.Result.Results[i] = image;
        }
    }

    private static BlobDescriptor Describe(JsonElement item)
    {
        var described = new BlobDescriptor { MediaType = item.GetProperty("mediaType").GetString(), Digest = item.GetProperty("digest").GetString(), Size = item.GetProperty("size").GetInt64() };
        if (item.TryGetProperty("annotations", out var annotations)) foreach (var annotation in annotations.EnumerateObject()) described.Annotations[annotation.Name] = annotation.Value.GetString();
        return described;
    }
}
