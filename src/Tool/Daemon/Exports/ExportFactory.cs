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
                _ => throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"exporter {exporter.Type} could not be found"),
            });
        var first = asked.Select(e => ImageAttributes.Read(e.Attrs.AsReadOnly())).FirstOrDefault();
        return new BuildExports(exports, first is null ? new ExportLayering() : new ExportLayering(first.Compression, first.CompressionLevel, first.SourceDateEpoch));
    }
}
