using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>How the layers of a build are written.</summary>
internal sealed record ExportLayering(Compression Compression = Compression.Gzip, int? Level = null, long? SourceDateEpoch = null)
{
    /// <summary>An exporter wants no file to be newer than the epoch, which it may come to know only of a frontend.</summary>
    public bool RewritesTimes { get; init; }
}
