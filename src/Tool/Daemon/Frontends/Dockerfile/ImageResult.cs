using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Images as exporters take them: trees, and what is said of them by BuildKit's keys (exporter/containerimage/exptypes).</summary>
internal static class ImageResult
{
    /// <summary>The result of a Dockerfile.</summary>
    /// <param name="bridge">Keeps the trees.</param>
    /// <param name="images">One for each platform.</param>
    /// <param name="source">How the Dockerfile came here, which those want to know who show it.</param>
    /// <param name="isMultiPlatform">Trees have the names of their platforms.</param>
    public static FrontendResult Of(BuildBridge bridge, IReadOnlyList<DockerfileImage> images, LoadedDefinition source, bool isMultiPlatform)
    {
        var refs = new Dictionary<string, BuildRef>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, ByteString>(StringComparer.Ordinal) { ["refs.platforms"] = Platforms(images) };
        foreach (var image in images)
        {
            var id = isMultiPlatform ? image.Platform.ToString() : FrontendResult.Only;
            var end = isMultiPlatform ? "/" + id : "";
            refs[id] = bridge.Add(Describe(image, source));
            metadata["containerimage.config" + end] = ByteString.CopyFrom(OciJson.Write(image.Config));
            if (image.Base is { } ground) metadata["containerimage.base.config" + end] = ByteString.CopyFrom(OciJson.Write(ground));
            if (image.Epoch is { } epoch) metadata["source.date.epoch" + end] = ByteString.CopyFromUtf8(epoch.ToString(CultureInfo.InvariantCulture));
        }
        return new FrontendResult { Refs = refs, Metadata = metadata };
    }

    private static Definition? Describe(DockerfileImage image, LoadedDefinition source)
    {
        var graph = LlbMarshaller.MarshalOrNull(image.Graph);
        foreach (var text in (graph?.Source?.Infos ?? []).Where(i => i.Filename == source.Info.Filename && i.Data == source.Info.Data)) text.Definition ??= source.Info.Definition;
        return graph;
    }

    private static ByteString Platforms(IReadOnlyList<DockerfileImage> images)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteStartArray("Platforms");
            foreach (var image in images)
            {
                json.WriteStartObject();
                json.WriteString("ID", image.Platform.ToString());
                json.WritePropertyName("Platform");
                json.WriteRawValue(OciJson.Write(image.Platform));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return ByteString.CopyFrom(bytes.ToArray());
    }
}
