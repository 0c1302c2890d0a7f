namespace MsBuildKit.Engine.Attestations;

/// <summary>All that an SBOM tells.</summary>
public sealed record SbomInput
{
    /// <summary>The image, as people call it.</summary>
    public required string ImageName { get; init; }

    public required string Platform { get; init; }

    /// <summary>Seconds that stand for the time of making.</summary>
    public required long SourceDateEpoch { get; init; }

    /// <summary>What the application's layers hold.</summary>
    public required IReadOnlyList<SbomComponent> Components { get; init; }

    public required IReadOnlyList<SbomFile> Files { get; init; }

    /// <summary>What the image stands on: the base image, or the packages of a composed one.</summary>
    public IReadOnlyList<SbomComponent> Base { get; init; } = [];
}
