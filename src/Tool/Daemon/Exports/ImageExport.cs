using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary><c>image</c>: the image stays in the store, and is pushed when that is asked for.</summary>
internal sealed class ImageExport(ImageAttributes attributes) : IExport
{
    /// <inheritdoc />
    public string Title => "exporting to image";

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(BuildBridge bridge, FrontendResult result, string vertex, CancellationToken cancellationToken)
    {
        var names = ImageMaking.Names(attributes, result);
        var image = await ImageMaking.MakeAsync(bridge, result, attributes with { HasInlineStatements = attributes.HasInlineStatements ?? true }, names, withStatements: true, cancellationToken).ConfigureAwait(false);
        if (attributes.Push)
            foreach (var target in names.GroupBy(n => (n.Registry, n.Repository)))
                await PushAsync(bridge, image, ImageReference.Create(target.Key.Registry, target.Key.Repository), attributes.PushByDigest ? [] : [.. target], vertex, cancellationToken).ConfigureAwait(false);
        return ImageMaking.Describe(image, names);
    }

    private static async Task PushAsync(BuildBridge bridge, AssembledImage image, ImageReference target, IReadOnlyList<ImageReference> names, string vertex, CancellationToken cancellationToken)
    {
        using (bridge.Status.Begin(vertex, "pushing layers")) await bridge.Job.PushLayersAsync(image, target, cancellationToken).ConfigureAwait(false);
        using (bridge.Status.Begin(vertex, $"pushing manifest for {names.Select(n => n.ToString()).FirstOrDefault(target.ToString())}@{image.Root.Digest}"))
            await bridge.Job.PushAsync(image, target, [.. names.Select(n => n.Tag).OfType<string>()], cancellationToken).ConfigureAwait(false);
    }
}
