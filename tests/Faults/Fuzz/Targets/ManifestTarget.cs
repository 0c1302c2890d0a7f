using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Manifests and indexes: what is read is written in a form that reads the same, and nothing is both.</summary>
internal sealed class ManifestTarget : FuzzTarget
{
    private static readonly Descriptor s_blob = Descriptor.Of(MediaTypes.OciLayerGzip, "layer"u8);

    public override IReadOnlyList<string> Words =>
        ["\"schemaVersion\":2", "\"mediaType\"", "\"manifests\":[]", "\"layers\":[]", "\"config\"", "\"digest\"", "\"size\":-1", "\"platform\"", "\"annotations\"", "\"subject\"", "\"data\"", "\"urls\"", "null", "{}", "[]", MediaTypes.DockerIndex, MediaTypes.DockerManifest, "\\u0000", "\\ud800"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        var config = Descriptor.Of(MediaTypes.OciConfig, "{}"u8);
        yield return ("manifest.json", OciJson.Write(new ImageManifest { Config = config, Layers = [s_blob, s_blob with { Urls = ["https://a.example/b"], Data = [1, 2, 3] }], Subject = s_blob, Annotations = Pairs }));
        yield return ("docker.json", OciJson.Write(new ImageManifest { MediaType = MediaTypes.DockerManifest, Config = config with { MediaType = MediaTypes.DockerConfig }, Layers = [] }));
        yield return ("index.json", OciJson.Write(new ImageIndex { Manifests = [s_blob with { Platform = Platform.LinuxArm64, Annotations = Pairs, ArtifactType = "a/b" }], Annotations = Pairs }));
    }

    public override byte[]? Reshape(byte[] input, Random random) => JsonShapes.Change(input, random);

    public override string Run(byte[] input)
    {
        string[] answers = [Try(() => OciJson.MediaTypeOf(input)), Try(() => Manifest(input, null)), Try(() => Index(input, null)), Try(() => Manifest(input, MediaTypes.DockerManifest))];
        Require(answers[1] != "manifest" || answers[2] != "index", "it is a manifest and an index");
        RecordReferences.Of(input);
        return string.Join(' ', answers.Select(a => a.Length <= 60 ? a : a[..60]));
    }

    private static string Manifest(byte[] input, string? mediaType)
    {
        var manifest = ImageManifest.Parse(input, mediaType);
        var written = OciJson.Write(manifest);
        Require(OciJson.Write(ImageManifest.Parse(written)).AsSpan().SequenceEqual(written), "a manifest that was written reads differently");
        _ = manifest.Layers.Select(l => (l.Digest.ToString(), MediaTypes.LayerCompression(l.MediaType), l.Annotations?.Count)).Append((manifest.Config.Digest.ToString(), null, null)).ToList();
        return "manifest";
    }

    private static string Index(byte[] input, string? mediaType)
    {
        var index = ImageIndex.Parse(input, mediaType);
        var written = OciJson.Write(index);
        Require(OciJson.Write(ImageIndex.Parse(written)).AsSpan().SequenceEqual(written), "an index that was written reads differently");
        _ = Try(() => ImageLayout.Choose(index, "latest", "here").Digest.ToString());
        index.FindPlatform(Platform.LinuxAmd64);
        return "index";
    }

    private static string Try(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (BuildException e)
        {
            return e.Code + e.Message.Split(':').ElementAtOrDefault(1);
        }
    }

    private static Dictionary<string, string> Pairs => new() { [AnnotationKeys.RefName] = "latest", ["é"] = "\"\\\n" };
}
