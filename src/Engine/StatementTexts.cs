using MsBuildKit.Engine.Attestations;

namespace MsBuildKit.Engine;

/// <summary>What is said of one platform's image, before it is wrapped into statements.</summary>
/// <param name="Sbom">The SPDX document; <c>null</c> for none.</param>
/// <param name="Provenance">The SLSA predicate; <c>null</c> for none.</param>
internal sealed record StatementTexts(byte[]? Sbom, byte[]? Provenance)
{
    /// <summary>What others say.</summary>
    public IReadOnlyList<Predicate> Others { get; init; } = [];

    /// <summary>All of it.</summary>
    public IEnumerable<Predicate> Predicates()
    {
        if (Sbom is { } sbom) yield return new Predicate(SpdxDocument.PredicateType, sbom);
        if (Provenance is { } provenance) yield return new Predicate(ProvenanceDocument.PredicateType, provenance);
        foreach (var other in Others) yield return other;
    }
}
