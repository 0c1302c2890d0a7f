using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Exporters;

/// <summary>The <c>index.json</c> of a layout: the image once for each name it has.</summary>
internal static class LayoutIndex
{
    public static readonly byte[] LayoutFile = """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray();

    /// <param name="image">What the names point at.</param>
    /// <param name="names">Full references; without any the image stands there unnamed.</param>
    public static byte[] Write(AssembledImage image, IReadOnlyList<ImageReference> names)
    {
        var platform = MediaTypes.IsManifest(image.Root.MediaType) ? image.Manifests[0].Platform : null;
        var entry = image.Root with { Platform = platform };
        var entries = names.Select(n => entry with
        {
            Annotations = new Dictionary<string, string>(entry.Annotations ?? new Dictionary<string, string>())
            {
                [AnnotationKeys.ContainerdImageName] = n.ToString(),
                [AnnotationKeys.RefName] = n.Tag!,
            },
        });
        return OciJson.Write(new ImageIndex { Manifests = names.Count > 0 ? [.. entries] : [entry] });
    }
}
