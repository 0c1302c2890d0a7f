using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Build;

/// <summary>What becomes of a build's result.</summary>
internal enum OutputKind
{
    /// <summary>It stays in the store, and is pushed when that is asked for.</summary>
    Image,
    OciArchive,
    OciLayout,
    DockerArchive,

    /// <summary>A local engine gets it.</summary>
    Load,

    /// <summary>Its files, in a folder.</summary>
    Folder,

    /// <summary>Its files, as a tar.</summary>
    Tar,

    /// <summary>Nothing but the cache.</summary>
    CacheOnly,
}

/// <summary>One <c>--output</c>, checked.</summary>
/// <param name="Kind">What is made.</param>
/// <param name="Path">Absolute; <c>null</c> where none is needed, and for an archive or tar that goes to standard output.</param>
internal sealed record SubmittedOutput(OutputKind Kind, string? Path = null)
{
    /// <summary>Whether an image is pushed.</summary>
    public bool Push { get; init; }

    /// <summary>Names beside those of <c>--tag</c>.</summary>
    public IReadOnlyList<ImageReference> Names { get; init; } = [];

    public Compression? Compression { get; init; }

    public int? CompressionLevel { get; init; }

    /// <summary>OCI's media types or Docker's; <c>null</c> leaves it open.</summary>
    public bool? OciMediaTypes { get; init; }

    public IReadOnlyList<SubmittedAnnotation> Annotations { get; init; } = [];

    /// <summary>It is written to standard output.</summary>
    public bool IsStandardOutput => Path is null && Kind is (OutputKind.OciArchive or OutputKind.DockerArchive or OutputKind.Tar);
}

/// <summary>An annotation, of every manifest or of the index.</summary>
internal sealed record SubmittedAnnotation(bool OfIndex, string Key, string Value);
