namespace MsBuildKit.Engine.Oci;

/// <summary>The media types we read and write (OCI image-spec, media-types.md; Docker distribution schema 2).</summary>
public static class MediaTypes
{
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciEmpty = "application/vnd.oci.empty.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";
    public const string OciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string OciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";

    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    public const string DockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";

    public const string InToto = "application/vnd.in-toto+json";
    public const string DockerAttestation = "application/vnd.docker.attestation.manifest.v1+json";

    /// <summary>True for an index of either family.</summary>
    public static bool IsIndex(string mediaType) => mediaType is OciIndex or DockerIndex;

    /// <summary>True for a manifest of either family.</summary>
    public static bool IsManifest(string mediaType) => mediaType is OciManifest or DockerManifest;

    /// <summary>The compression of a layer of either family, or <c>null</c> when <paramref name="mediaType"/> is no layer we know.
    /// The old <c>nondistributable</c> and Docker <c>foreign</c> types answer like their plain forms.</summary>
    public static Compression? LayerCompression(string mediaType) =>
        mediaType.Replace(".nondistributable.", ".", StringComparison.Ordinal).Replace(".foreign.", ".", StringComparison.Ordinal) switch
        {
            OciLayer or DockerLayer => Compression.None,
            OciLayerGzip or DockerLayerGzip => Compression.Gzip,
            OciLayerZstd or DockerLayerZstd => Compression.Zstd,
            _ => null,
        };

    /// <summary>The layer media type of a family and a compression.</summary>
    public static string Layer(Compression compression, bool docker = false) => (compression, docker) switch
    {
        (Compression.None, false) => OciLayer,
        (Compression.Gzip, false) => OciLayerGzip,
        (Compression.Zstd, false) => OciLayerZstd,
        (Compression.None, true) => DockerLayer,
        (Compression.Gzip, true) => DockerLayerGzip,
        (Compression.Zstd, true) => DockerLayerZstd,
        _ => throw new ArgumentOutOfRangeException(nameof(compression)),
    };
}
