namespace MsBuildKit.Engine.Oci;

/// <summary>How the bytes of a layer blob are compressed.</summary>
public enum Compression
{
    /// <summary>A plain tar.</summary>
    None,

    /// <summary>RFC 1952.</summary>
    Gzip,

    /// <summary>RFC 8878.</summary>
    Zstd,
}
