using MsBuildKit.Engine.Caching;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Daemon.Sessions;

namespace MsBuildKit.Tool.Daemon.Caches;

/// <summary>Where a cache of a build's results goes, and how it is written (BuildKit's cache/remotecache).</summary>
internal sealed record CacheExport
{
    private CacheExport()
    {
    }

    /// <summary>Where it is pushed to, for a registry.</summary>
    public ImageReference? Reference { get; private init; }

    /// <summary>The client's folder, for one.</summary>
    public string? Folder { get; private init; }

    /// <summary>It is written into the configuration of the image.</summary>
    public bool IsInline => Reference is null && Folder is null;

    /// <summary>All results that are known, not only those whose layers are part of the build's own.</summary>
    public bool IsWhole { get; private init; }

    public CacheFormat Format { get; private init; }

    public LayerCompression Compression { get; private init; } = new();

    /// <summary>A failure is told of, and does not fail the build.</summary>
    public bool IgnoresErrors { get; private init; }

    /// <summary>What people read while it is written.</summary>
    public string Title => IsInline ? "preparing layers for inline cache" : Reference is null ? "exporting cache to client directory" : "exporting cache to registry";

    /// <summary>Reads what a client wants. Throws MBK2507 and MBK2519.</summary>
    public static CacheExport Read(CacheOption option)
    {
        var wanted = new CacheExport
        {
            IsWhole = option["mode"] switch { "max" => true, "" or "min" => false, var other => throw ExportValues.Bad("mode", other, "use min or max") },
            Format = FormatOf(option),
            Compression = ImageAttributes.ReadCompression(option.Attributes) ?? new LayerCompression(),
            IgnoresErrors = ExportValues.Flag(option.Attributes, "ignore-error") ?? false,
        };
        return option.Type switch
        {
            "inline" => wanted with { IsWhole = false },
            "registry" => wanted with { Reference = ImageReference.Parse(Require(option, "ref")) },
            "local" => wanted with { Folder = Require(option, "dest") },
            _ => throw new DaemonException(DaemonException.NotOffered, ErrorKind.NotSupported, $"unknown cache exporter: \"{option.Type}\": use registry, local or inline"),
        };
    }

    /// <summary>The store of the client that has the folder.</summary>
    public string Store => SessionContent.NameOfFolder(Folder!);

    private static CacheFormat FormatOf(CacheOption option)
    {
        var oci = ExportValues.Flag(option.Attributes, "oci-mediatypes") ?? true;
        var manifest = ExportValues.Flag(option.Attributes, "image-manifest") ?? oci;
        if (manifest && !oci) throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, "invalid configuration for remote cache, OCI mediatypes are required for image-manifest cache format");
        return manifest ? CacheFormat.Manifest : oci ? CacheFormat.Index : CacheFormat.DockerIndex;
    }

    private static string Require(CacheOption option, string name) => option[name] is { Length: > 0 } value ? value
        : throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"{option.Type} cache exporter requires {name}");
}
