using MsBuildKit.Engine.Oci;

namespace MsBuildKit.TestKit.Archives;

/// <summary>Leaves an image of given layers as a layout, however hostile they are; its documents are sound unless said otherwise.</summary>
public static class HostileImage
{
    /// <summary>Writes the layout; returns the manifest's descriptor.</summary>
    public static Descriptor Write(string folder, IReadOnlyList<byte[]> layers, Compression compression, string config = "")
    {
        var blobs = layers.Select(l => Put(folder, MediaTypes.Layer(compression), Packing.Pack(l, compression))).ToList();
        var diffIds = string.Join(',', layers.Select(l => $"\"{Digest.Of(l)}\""));
        return WriteWith(folder, blobs, $$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}{{{(config.Length > 0 ? "," + config : "")}}}}""");
    }

    /// <summary>Writes a layout of layers that are there and a configuration as it is.</summary>
    public static Descriptor WriteWith(string folder, IReadOnlyList<Descriptor> layers, string config)
    {
        var configBlob = Put(folder, MediaTypes.OciConfig, System.Text.Encoding.UTF8.GetBytes(config));
        var manifest = Put(folder, MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = configBlob, Layers = layers }));
        File.WriteAllBytes(Path.Combine(folder, "index.json"), OciJson.Write(new ImageIndex { Manifests = [manifest] }));
        return manifest;
    }

    /// <summary>Puts a blob into the layout.</summary>
    public static Descriptor Put(string folder, string mediaType, byte[] bytes)
    {
        var descriptor = Descriptor.Of(mediaType, bytes);
        Directory.CreateDirectory(Path.Combine(folder, "blobs/sha256"));
        File.WriteAllBytes(Path.Combine(folder, "blobs/sha256", descriptor.Digest.Hex), bytes);
        return descriptor;
    }
}
