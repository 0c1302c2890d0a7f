using MsBuildKit.Engine.Exporters;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary><c>tar</c> and <c>local</c>: the files of the result, as a tar or one by one.</summary>
/// <param name="attributes">How.</param>
/// <param name="tar">As a tar.</param>
/// <param name="client">Who gets them.</param>
/// <param name="number">Of the exporter in the request.</param>
internal sealed class TreeExport(TreeAttributes attributes, bool tar, ClientSession client, int number) : IExport
{
    private const string PlatformsSent = "buildkit-exporter-multi-platform";

    /// <inheritdoc />
    public string Title => tar ? "exporting to client tarball" : "exporting to client directory";

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(BuildBridge bridge, FrontendResult result, string vertex, CancellationToken cancellationToken)
    {
        var trees = await ResultTrees.OfAsync(bridge, result, cancellationToken).ConfigureAwait(false);
        var exporter = bridge.Job.CreateTreeExporter(new TreeExportOptions
        {
            SourceDateEpoch = attributes.SourceDateEpoch,
            PlatformSplit = tar && ResultTrees.IsSplit(result) ? true : attributes.PlatformSplit,
            AttestationPrefix = attributes.AttestationPrefix,
            StatementSeconds = bridge.Now.ToUnixTimeSeconds(),
        });
        if (tar) await SendTarAsync(exporter, trees, cancellationToken).ConfigureAwait(false);
        else await SendFilesAsync(exporter, trees, cancellationToken).ConfigureAwait(false);
        return new Dictionary<string, string>();
    }

    private async Task SendTarAsync(TreeExporter exporter, IReadOnlyList<PlatformTree> trees, CancellationToken cancellationToken)
    {
        var file = SessionFile.Open(client, ExportIds.Text(number), new Dictionary<string, string>());
        await using var closed = file.ConfigureAwait(false);
        await exporter.WriteTarAsync(trees, file, cancellationToken).ConfigureAwait(false);
        await file.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task SendFilesAsync(TreeExporter exporter, IReadOnlyList<PlatformTree> trees, CancellationToken cancellationToken)
    {
        var tree = await exporter.OpenAsync(trees, cancellationToken).ConfigureAwait(false);
        await using var closed = tree.ConfigureAwait(false);
        var headers = new Grpc.Core.Metadata { { SessionFile.ExporterKey, ExportIds.Text(number) } };
        headers.Add(PlatformsSent, "1");
        using var packets = SessionPackets.Send(client, headers, cancellationToken);
        await TreeSender.SendAsync(packets, new ExportedTreeSource(tree), cancellationToken).ConfigureAwait(false);
        await packets.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
