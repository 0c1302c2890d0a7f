namespace MsBuildKit.Engine.Attestations;

/// <summary>How an image was made.</summary>
public sealed record ProvenanceInput
{
    public required string ProjectName { get; init; }

    public required string Platform { get; init; }

    /// <summary>What the user asked for, by property name. No secret is ever among it.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>What went in.</summary>
    public required IReadOnlyList<ProvenanceDependency> Dependencies { get; init; }

    /// <summary>The graph's result: the digest of its last operation.</summary>
    public required string GraphDigest { get; init; }

    /// <summary>Seconds that stand for the time of building.</summary>
    public required long SourceDateEpoch { get; init; }
}

/// <summary>One thing that went in.</summary>
/// <param name="Uri">A package URL or an address, without credentials.</param>
/// <param name="Algorithm">Such as <c>sha256</c> or <c>gitCommit</c>; <c>null</c> when there is no digest.</param>
public sealed record ProvenanceDependency(string Uri, string? Algorithm, string? Value);
