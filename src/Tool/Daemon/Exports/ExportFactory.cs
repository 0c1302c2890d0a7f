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
        var first = asked.Select(e => ImageAttributes.Read(e.Attrs.AsReadOnly())).FirstOrDefault();
        return new BuildExports(exports, first is null ? new ExportLayering() : new ExportLayering(first.Compression, first.CompressionLevel, first.SourceDateEpoch));
    }

    private static ClientSession Require(ClientSession? client) =>
        client ?? throw new DaemonException(DaemonException.NoSession, ErrorKind.FailedPrecondition, "could not access local files without session: what is exported to a client needs its session");
}
