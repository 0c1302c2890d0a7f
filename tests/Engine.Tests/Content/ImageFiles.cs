using System.Formats.Tar;
using System.Text;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Content;

/// <summary>Makes images as files, sound ones and others.</summary>
internal static class ImageFiles
{
    public static readonly byte[] LayerBytes = Encoding.ASCII.GetBytes("a layer, for all that matters here");

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The documents of an image for linux/amd64 with one layer, from the config to the manifest.</summary>
    public static (Descriptor Manifest, Dictionary<Digest, byte[]> Blobs) Image(string architecture = "amd64")
    {
        var blobs = new Dictionary<Digest, byte[]>();
        Descriptor Add(string mediaType, byte[] bytes)
        {
            blobs[Digest.Of(bytes)] = bytes;
            return Descriptor.Of(mediaType, bytes);
        }
        var layer = Add(MediaTypes.OciLayer, LayerBytes);
        var config = Add(MediaTypes.OciConfig, OciJson.Write(new ImageConfig { Os = "linux", Architecture = architecture, RootFs = new RootFs { DiffIds = [layer.Digest] } }));
        return (Add(MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = config, Layers = [layer] })), blobs);
    }

    public static Descriptor Tagged(Descriptor manifest, string tag) => manifest with { Annotations = new Dictionary<string, string> { [AnnotationKeys.RefName] = tag } };

    public static IEnumerable<TarEntry> Layout(byte[] index, Dictionary<Digest, byte[]> blobs) =>
        blobs.Select(b => File($"blobs/{b.Key.Algorithm}/{b.Key.Hex}", b.Value)).Prepend(File("index.json", index));

    public static TarEntry File(string name, byte[] bytes) => new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) };

    public static TarEntry Link(string name, string target, TarEntryType type = TarEntryType.SymbolicLink) => new PaxTarEntry(type, name) { LinkName = target };

    public static string WriteTar(string path, IEnumerable<TarEntry> entries)
    {
        using var writer = new TarWriter(System.IO.File.Create(path), TarEntryFormat.Pax);
        foreach (var entry in entries) writer.WriteEntry(entry);
        return path;
    }
}
