using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Reads what clients say of exporters.</summary>
internal static class ExportFactory
{
    /// <summary>The exports of a request, in its order. Throws MBK2507.</summary>
    public static BuildExports Create(IReadOnlyList<Exporter> asked, ClientSession? client)
    {
        var exports = new List<IExport>();
        foreach (var (exporter, number) in asked.Select((e, i) => (e, i)))
            exports.Add(exporter.Type switch
            {
                "image" => new ImageExport(ImageAttributes.Read(exporter.Attrs.AsReadOnly())),
                "oci" or "docker" => new ArchiveExport(ImageAttributes.Read(exporter.Attrs.AsReadOnly()), exporter.Type == "docker", Require(client), number),
                "tar" or "local" => new TreeExport(TreeAttributes.Read(exporter.Attrs.AsReadOnly()), exporter.Type == "tar", Require(client), number),
                _ => throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"exporter {exporter.Type} could not be found"),
            });
        return new BuildExports(exports, LayeringOf(asked));
    }

    // Layers are written once, so all that have any must want the same.
    private static ExportLayering LayeringOf(IReadOnlyList<Exporter> asked)
    {
        var wanted = asked.Where(e => e.Type is "image" or "oci" or "docker").Select(e => ImageAttributes.Read(e.Attrs.AsReadOnly()))
            .Select(a => new ExportLayering(a.Compression, a.CompressionLevel, a.SourceDateEpoch)).Distinct().ToList();
        if (wanted.Count > 1)
            throw new DaemonException(DaemonException.NotOffered, ErrorKind.NotSupported, "exporters of one build cannot differ in compression, compression-level or source-date-epoch: give all the same, or build once for each");
        return wanted.Count > 0 ? wanted[0] : new ExportLayering(SourceDateEpoch: asked.Select(e => ExportValues.Number(e.Attrs.AsReadOnly(), ExportValues.Epoch)).FirstOrDefault(n => n is not null));
    }

    private static ClientSession Require(ClientSession? client) =>
        client ?? throw new DaemonException(DaemonException.NoSession, ErrorKind.FailedPrecondition, "could not access local files without session: what is exported to a client needs its session");
}
