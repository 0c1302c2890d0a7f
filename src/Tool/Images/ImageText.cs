using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Images;

/// <summary>Images for people.</summary>
internal static class ImageText
{
    private const int NameWidth = 14;

    public static void Write(TextWriter output, IReadOnlyList<ImageView> images, string place)
    {
        if (images.Count == 0) output.WriteLine($"There are no images in '{place}'.");
        foreach (var image in images)
        {
            if (image != images[0]) output.WriteLine();
            Write(output, image);
        }
    }

    private static void Write(TextWriter output, ImageView image)
    {
        foreach (var name in image.Names) output.WriteLine(Printable.Text(name));
        if (image.Names.Count == 0) output.WriteLine("(no name)");
        Field(output, "digest", image.Root.Digest.ToString());
        Field(output, "type", image.Root.MediaType);
        foreach (var platform in image.Platforms)
        {
            output.WriteLine();
            Write(output, platform);
        }
    }

    private static void Write(TextWriter output, PlatformView image)
    {
        output.WriteLine("  " + (image.Config?.Platform.ToString() is { } platform ? Printable.Text(platform) : "(no image)"));
        Field(output, "manifest", image.Manifest.Digest.ToString());
        Field(output, "created", image.Config?.Created);
        if (image.Config?.Config is { } config) Write(output, config);
        Field(output, "size", $"{ByteSize.Text(image.Size)} in {Counts.Text(image.Layers.Count, "layer")}");
        var layers = new Table(">", "LAYER", ">SIZE", "HOW IT WAS MADE");
        for (var i = 0; i < image.Layers.Count; i++)
            layers.Add(Counts.Text(i + 1), Short(image.Layers[i].Blob.Digest), ByteSize.Text(image.Layers[i].Blob.Size), Printable.Text(image.Layers[i].CreatedBy ?? image.Layers[i].Blob.MediaType));
        layers.Write(output, "  ");
        if (image.Attestations.Count == 0) return;
        var attestations = new Table("ATTESTATION", ">SIZE", "WHAT IT SAYS");
        foreach (var attestation in image.Attestations)
            attestations.Add(Short(attestation.Blob.Digest), ByteSize.Text(attestation.Blob.Size), Printable.Text(attestation.PredicateType));
        attestations.Write(output, "  ");
    }

    private static void Write(TextWriter output, ContainerConfig config)
    {
        Field(output, "user", config.User);
        Field(output, "workdir", config.WorkingDir);
        Field(output, "entrypoint", Words(config.Entrypoint));
        Field(output, "cmd", Words(config.Cmd));
        Field(output, "stop signal", config.StopSignal);
        Fields(output, "ports", config.ExposedPorts?.Keys);
        Fields(output, "volumes", config.Volumes?.Keys);
        Fields(output, "env", config.Env);
        Fields(output, "labels", config.Labels?.Select(l => $"{l.Key}={l.Value}"));
        Field(output, "health check", Words(config.Healthcheck?.Test));
    }

    private static void Field(TextWriter output, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) output.WriteLine($"  {name.PadRight(NameWidth)}{Printable.Text(value)}");
    }

    private static void Fields(TextWriter output, string name, IEnumerable<string>? values)
    {
        foreach (var value in values ?? [])
        {
            output.WriteLine($"  {name.PadRight(NameWidth)}{Printable.Text(value)}");
            name = "";
        }
    }

    // Quoted, for '["a b"]' and '["a", "b"]' are not the same command.
    private static string? Words(IReadOnlyList<string>? words) =>
        words is { Count: > 0 } ? string.Join(' ', words.Select(w => w.Length > 0 && w.All(c => c is > ' ' and not ('"' or '\\')) ? w : $"\"{w.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"")) : null;

    private static string Short(Digest digest) => digest.ToString()[..19];
}
