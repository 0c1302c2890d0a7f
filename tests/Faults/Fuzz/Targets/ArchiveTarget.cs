using System.Formats.Tar;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>OCI and Docker archives: no blob is larger than the archive, and nothing outside of it is opened.</summary>
internal sealed class ArchiveTarget : FuzzTarget
{
    private readonly TempFolder _folder = new("fuzz");

    public override IReadOnlyList<string> Words => [.. Tars.Words, "manifest.json", "index.json", "blobs/sha256/", "\"Layers\"", "\"RepoTags\"", "\"Config\"", "null", "../../etc/passwd"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        var layer = Tars.Own()[..1024];
        var config = OciJson.Write(new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new RootFs { DiffIds = [Digest.Of(layer)] } });
        var manifest = OciJson.Write(new ImageManifest { Config = Descriptor.Of(MediaTypes.OciConfig, config), Layers = [Descriptor.Of(MediaTypes.OciLayer, layer)] });
        var index = OciJson.Write(new ImageIndex { Manifests = [Descriptor.Of(MediaTypes.OciManifest, manifest) with { Annotations = new Dictionary<string, string> { [AnnotationKeys.RefName] = "latest" } }] });
        yield return ("oci.tar", Tars.Write(TarEntryFormat.Ustar, File(Path(config), config), File(Path(layer), layer), File(Path(manifest), manifest), File("index.json", index)));
        yield return ("docker.tar", Tars.Write(TarEntryFormat.Pax, File("config.json", config), File("a/layer.tar", layer), (TarEntryType.SymbolicLink, "b/layer.tar", null, "../a/layer.tar"),
            File("manifest.json", Bytes("""[{"Config":"config.json","RepoTags":["a/b:latest"],"Layers":["b/layer.tar"]}]"""))));
    }

    public override byte[]? Reshape(byte[] input, Random random) => Tars.ChangeHeader(input, random);

    public override byte[] Repair(byte[] input, Random random) => random.Next(10) == 0 ? input : Tars.Repair(input);

    public override string Run(byte[] input)
    {
        var path = _folder["image.tar"];
        System.IO.File.WriteAllBytes(path, input);
        var archive = ImageArchive.OpenAsync(path, CancellationToken.None).GetAwaiter().GetResult();
        var image = archive.FindImage("latest");
        var manifest = ImageManifest.Parse(Read(archive, image.Digest, input.Length));
        foreach (var layer in manifest.Layers) Read(archive, layer.Digest, input.Length);
        _ = archive.ReadIndex();
        return $"{manifest.Layers.Count} {manifest.MediaType}";
    }

    public override void Dispose() => _folder.Dispose();

    private static byte[] Read(ImageArchive archive, Digest digest, int most)
    {
        using var stream = archive.FindAsync(digest, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (stream is null) return [];
        var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        Require(bytes.Length <= Math.Max(most, 4096), $"{bytes.Length} bytes came out of {most}");
        return bytes.ToArray();
    }

    private static string Path(byte[] blob) => $"blobs/sha256/{Digest.Of(blob).Hex}";

    private static (TarEntryType, string, byte[]?, string?) File(string name, byte[] content) => (TarEntryType.RegularFile, name, content, null);
}
