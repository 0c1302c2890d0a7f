using System.Text.Json.Nodes;

namespace MsBuildKit.TestKit.Projects;

/// <summary>Reads an image layout as any other program would: from its files, with nothing of ours.</summary>
public sealed class LayoutView(string directory)
{
    public string Directory => directory;

    public JsonNode Index => JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "index.json")))!;

    /// <summary>The digest of what the layout's first name stands for.</summary>
    public string Digest => (string)Index["manifests"]![0]!["digest"]!;

    /// <summary>The SPDX document beside the layout.</summary>
    public JsonNode Sbom => JsonNode.Parse(File.ReadAllText(Path.Combine(directory, "sbom.spdx.json")))!;

    /// <summary>The descriptors of what the layout's first name stands for: one for each platform and its statements.</summary>
    public IReadOnlyList<JsonNode> Manifests
    {
        get
        {
            var first = Index["manifests"]![0]!;
            return IsIndex(first) ? [.. Read((string)first["digest"]!)["manifests"]!.AsArray().Select(m => m!)] : [first];
        }
    }

    /// <summary>The only image, or the one of an architecture.</summary>
    public ImageView Image(string? architecture = null)
    {
        var images = Manifests.Where(m => (string?)m["platform"]?["os"] != "unknown").ToList();
        var one = images.Single(m => architecture is null || (string?)m["platform"]?["architecture"] == architecture);
        return new ImageView(this, Read((string)one["digest"]!));
    }

    /// <summary>A document of the layout.</summary>
    public JsonNode Read(string digest) => JsonNode.Parse(File.ReadAllBytes(BlobPath(digest)))!;

    public string BlobPath(string digest) => Path.Combine(directory, "blobs", digest.Replace(':', Path.DirectorySeparatorChar));

    private static bool IsIndex(JsonNode descriptor) =>
        (string?)descriptor["mediaType"] is "application/vnd.oci.image.index.v1+json" or "application/vnd.docker.distribution.manifest.list.v2+json";
}
