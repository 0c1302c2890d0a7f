using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>How the layers of a build are written.</summary>
internal sealed record ExportLayering(Compression Compression = Compression.Gzip, int? Level = null, long? SourceDateEpoch = null);
