using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Registry;

/// <summary>A small image of random bytes: an index, a manifest, a configuration and three layers.</summary>
internal sealed class DrillImage
{
    private const int Layers = 3;
    private const int LargestLayer = 200_000;

    public DrillImage(int seed)
    {
        var random = new Random(seed);
        var layers = Enumerable.Range(0, Layers).Select(_ =>
        {
            var bytes = new byte[random.Next(1000, LargestLayer)];
            random.NextBytes(bytes);
            return Keep(MediaTypes.OciLayer, bytes);
        }).ToList();
        var config = Keep(MediaTypes.OciConfig, OciJson.Write(new ImageConfig { Os = "linux", Architecture = "amd64", RootFs = new RootFs { DiffIds = [.. layers.Select(l => l.Digest)] } }));
        var manifest = Keep(MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = config, Layers = layers }));
        Root = Keep(MediaTypes.OciIndex, OciJson.Write(new ImageIndex { Manifests = [manifest with { Platform = Platform.LinuxAmd64 }] }));
    }

    public Descriptor Root { get; }

    public Dictionary<Digest, byte[]> Blobs { get; } = [];

    /// <summary>Leaves the image as an OCI layout.</summary>
    public void WriteLayout(string directory)
    {
        Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256"));
        File.WriteAllText(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        File.WriteAllBytes(Path.Combine(directory, "index.json"), OciJson.Write(new ImageIndex { Manifests = [Root] }));
        foreach (var (digest, bytes) in Blobs) File.WriteAllBytes(Path.Combine(directory, "blobs", "sha256", digest.Hex), bytes);
    }

    private Descriptor Keep(string mediaType, byte[] bytes)
    {
        var descriptor = Descriptor.Of(mediaType, bytes);
        Blobs[descriptor.Digest] = bytes;
        return descriptor;
    }
}
