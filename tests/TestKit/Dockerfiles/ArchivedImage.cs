using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using ZstdSharp;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>The image in an archive, read as any other program would.</summary>
internal sealed class ArchivedImage
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private JsonNode _manifest = new JsonObject();

    private ArchivedImage()
    {
    }

    public JsonNode Config => Document(_manifest["config"]!);

    public static ArchivedImage Read(string archive)
    {
        var image = new ArchivedImage();
        using var tar = new TarReader(File.OpenRead(archive));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not { } data) continue;
            var bytes = new MemoryStream();
            data.CopyTo(bytes);
            image._files[entry.Name] = bytes.ToArray();
        }
        image._manifest = image.FindManifest(JsonNode.Parse(image._files["index.json"])!);
        return image;
    }

    /// <summary>The plain tars, from the lowest on.</summary>
    public IEnumerable<Stream> Layers()
    {
        foreach (var layer in _manifest["layers"]?.AsArray() ?? [])
        {
            var packed = new MemoryStream(Blob(layer!));
            var type = (string)layer!["mediaType"]!;
            yield return type.EndsWith("gzip", StringComparison.Ordinal) ? new GZipStream(packed, CompressionMode.Decompress) : type.EndsWith("zstd", StringComparison.Ordinal) ? new DecompressionStream(packed) : packed;
        }
    }

    // Statements about the image stand beside it.
    private JsonNode FindManifest(JsonNode document)
    {
        while (document["manifests"] is JsonArray manifests) document = Document(manifests.Single(m => (string?)m!["platform"]?["os"] != "unknown")!);
        return document;
    }

    private JsonNode Document(JsonNode descriptor) => JsonNode.Parse(Blob(descriptor))!;

    private byte[] Blob(JsonNode descriptor) => _files["blobs/" + ((string)descriptor["digest"]!).Replace(':', '/')];
}
