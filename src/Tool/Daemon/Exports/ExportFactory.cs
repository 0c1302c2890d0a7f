using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Reads what clients say of exporters.</summary>
internal static class ExportFactory
{
    /// <summary>The exports of a request, in its order. Throws MBK2507.</summary>
    /// <param name="asked">What is asked for.</param>
    /// <param name="client">Gets files.</param>
    /// <param name="hasCaches">Whether results come from caches elsewhere or go to them.</param>
    public static BuildExports Create(IReadOnlyList<Exporter> asked, ClientSession? client, bool hasCaches) => new(Create(asked, client, 0), LayeringOf(asked, hasCaches));

    /// <summary>The exports of a request, in its order. Throws MBK2507.</summary>
    /// <param name="asked">What is asked for.</param>
    /// <param name="client">Gets files.</param>
    /// <param name="first">The number of the first.</param>
    public static IReadOnlyList<IExport> Create(IReadOnlyList<Exporter> asked, ClientSession? client, int first)
    {
        var exports = new List<IExport>();
        foreach (var (exporter, number) in asked.Select((e, i) => (e, first + i)))
            exports.Add(exporter.Type switch
            {
                "image" => new ImageExport(ImageAttributes.Read(exporter.Attrs.AsReadOnly())),
                "oci" or "docker" => new ArchiveExport(ImageAttributes.Read(exporter.Attrs.AsReadOnly()), exporter.Type == "docker", Require(client), number),
                "tar" or "local" => new TreeExport(TreeAttributes.Read(exporter.Attrs.AsReadOnly()), exporter.Type == "tar", Require(client), number),
                _ => throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"exporter {exporter.Type} could not be found"),
            });
        return exports;
    }

    // Layers are written once. Where exporters want them in different ways, or caches know them in the usual one, they are compressed anew for whoever wants others.
    private static ExportLayering LayeringOf(IReadOnlyList<Exporter> asked, bool hasCaches)
    {
        var images = asked.Where(e => e.Type is "image" or "oci" or "docker").Select(e => ImageAttributes.Read(e.Attrs.AsReadOnly())).ToList();
        var epochs = asked.Select(e => ExportValues.Number(e.Attrs.AsReadOnly(), ExportValues.Epoch)).Distinct().ToList();
        if (epochs.Count > 1)
            throw new DaemonException(DaemonException.NotOffered, ErrorKind.NotSupported, "exporters of one build cannot differ in source-date-epoch: give all the same, or build once for each");
        var epoch = epochs.FirstOrDefault();
        var layering = !hasCaches && images.Select(i => i.Compression).Distinct().ToList() is [{ } only] ? new ExportLayering(only.Compression, only.Level, epoch) : new ExportLayering(SourceDateEpoch: epoch);
        return layering with { RewritesTimes = images.Any(i => i.RewriteTimestamp) };
    }

    private static ClientSession Require(ClientSession? client) =>
        client ?? throw new DaemonException(DaemonException.NoSession, ErrorKind.FailedPrecondition, "could not access local files without session: what is exported to a client needs its session");
}
