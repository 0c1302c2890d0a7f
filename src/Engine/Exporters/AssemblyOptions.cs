namespace MsBuildKit.Engine.Exporters;

/// <summary>How images are assembled.</summary>
/// <param name="Docker">Docker's media types instead of OCI's.</param>
/// <param name="SourceDateEpoch">Seconds that stand for every time in the documents.</param>
/// <param name="Annotations">Of every manifest, and of the index.</param>
public sealed record AssemblyOptions(bool Docker, long SourceDateEpoch, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>Docker's format has layers in zstd too, as whoever asks for both knows.</summary>
    public bool HoldsZstd { get; init; }

    /// <summary>There is an index even for one manifest.</summary>
    public bool AlwaysIndexed { get; init; }

    /// <summary>Statements about an image are an image themselves, rather than an artifact.</summary>
    public bool StatesInImages { get; init; }

    /// <summary>Of the index, when it has others than the manifests.</summary>
    public IReadOnlyDictionary<string, string> IndexAnnotations { get; init; } = Annotations;
}
