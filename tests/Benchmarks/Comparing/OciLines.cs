using System.Formats.Tar;
using System.IO.Compression;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>The top layer of an image in an archive, as it is written: removals show as files, and times are those that a layer says.</summary>
internal static class OciLines
{
    public static IReadOnlyList<string> ReadTop(Stream archive, long now)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using (var tar = new TarReader(archive))
            while (tar.GetNextEntry() is { } entry)
                if (entry.DataStream is { } data)
                {
                    var bytes = new MemoryStream();
                    data.CopyTo(bytes);
                    files[entry.Name] = bytes.ToArray();
                }
        var image = ImageManifest.Parse(Blob(ImageIndex.Parse(files["index.json"]).Manifests[0].Digest));
        if (image.Layers.Count == 0) return [];
        using var plain = new GZipStream(new MemoryStream(Blob(image.Layers[^1].Digest)), CompressionMode.Decompress);
        return TarLines.Read(plain, now);

        byte[] Blob(Digest digest) => files["blobs/sha256/" + digest.Hex];
    }
}
