using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Sessions;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary><c>oci</c> and <c>docker</c>: the image as a file that the client writes, or blob by blob into a store of the client's.</summary>
/// <param name="attributes">How.</param>
/// <param name="docker">What <c>docker load</c> reads.</param>
/// <param name="client">Who gets it.</param>
/// <param name="number">Of the exporter in the request.</param>
internal sealed class ArchiveExport(ImageAttributes attributes, bool docker, ClientSession client, int number) : IExport
{
    /// <inheritdoc />
    public string Title => $"exporting to {(docker ? "docker" : "oci")} image format";

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(BuildBridge bridge, FrontendResult result, string vertex, CancellationToken cancellationToken)
    {
        if (docker && result.Refs.Count > 1)
            throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, "docker exporter does not currently support exporting manifest lists: use the oci exporter, or build for one platform");
        var names = ImageMaking.Names(attributes, result);
        var image = Dated(await ImageMaking.MakeAsync(bridge, result, attributes, names, withStatements: !docker, cancellationToken).ConfigureAwait(false));
        var told = ImageMaking.Describe(image, names);
        if (attributes.Tar) await SendAsync(bridge, image, names, told, cancellationToken).ConfigureAwait(false);
        else await StoreAsync(bridge, image, cancellationToken).ConfigureAwait(false);
        return told;
    }

    // Of an archive, what points at the image says when it was made.
    private static AssembledImage Dated(AssembledImage image)
    {
        var said = new Dictionary<string, string>(image.Root.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        return ImageConfig.Parse(image.Manifests[0].ConfigJson).Created is { } created && said.TryAdd(AnnotationKeys.Created, created) ? image with { Root = image.Root with { Annotations = said } } : image;
    }

    private async Task SendAsync(BuildBridge bridge, AssembledImage image, IReadOnlyList<ImageReference> names, Dictionary<string, string> told, CancellationToken cancellationToken)
    {
        var file = SessionFile.Open(client, ExportIds.Text(number), told);
        await using var closed = file.ConfigureAwait(false);
        await PipedWriting.CopyAsync((output, token) => bridge.Job.WriteArchiveAsync(image, names, output, docker, token), file, cancellationToken).ConfigureAwait(false);
        await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task StoreAsync(BuildBridge bridge, AssembledImage image, CancellationToken cancellationToken)
    {
        await bridge.Job.FetchAsync(image, cancellationToken).ConfigureAwait(false);
        var writer = new SessionContentWriter(client, SessionContent.Export);
        foreach (var blob in image.Manifests.SelectMany(m => m.Layers).Select(l => l.Blob).Concat(image.Documents()).DistinctBy(b => b.Digest))
        {
            var content = bridge.Job.OpenBlob(blob.Digest);
            await using var closed = content.ConfigureAwait(false);
            await writer.WriteAsync(blob, content, cancellationToken).ConfigureAwait(false);
        }
    }
}
