namespace MsBuildKit.Engine.Exporters;

/// <summary>How images are assembled.</summary>
/// <param name="Docker">Docker's media types instead of OCI's.</param>
/// <param name="SourceDateEpoch">Seconds that stand for every time in the documents.</param>
/// <param name="Annotations">Of every manifest, and of the index.</param>
public sealed record AssemblyOptions(bool Docker, long SourceDateEpoch, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>Statements about an image are an image themselves, rather than an artifact.</summary>
    public bool StatesInImages { get; init; }

    /// <summary>Of the index, when it has others than the manifests.</summary>
    public IReadOnlyDictionary<string, string> IndexAnnotations { get; init; } = Annotations;
}
