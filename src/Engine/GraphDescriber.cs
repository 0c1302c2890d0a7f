using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Gathers what an SBOM and provenance tell of an image whose files nobody has a list of: what package managers left in it, and where its graph begins.</summary>
internal abstract class GraphDescriber(BuildRequest request, InstalledPackages packages, SourcePins pins) : IImageDescriber
{
    /// <inheritdoc />
    public async Task<byte[]> WriteSbomAsync(ImagePlan plan, LayerChain chain, CancellationToken cancellationToken) => SpdxDocument.Write(new SbomInput
    {
        ImageName = request.Names is [var name, ..] ? name.ToString() : request.Repository.Length > 0 ? $"{request.Repository}:{request.Tags[0]}" : request.ProjectName,
        Platform = plan.Platform.ToString(),
        SourceDateEpoch = request.SourceDateEpoch,
        Components = await packages.FindAsync(chain, cancellationToken).ConfigureAwait(false),
        Files = [],
        Base = [.. Bases(plan)],
    });

    /// <inheritdoc />
    public byte[] WriteProvenance(ImagePlan plan) => ProvenanceDocument.Write(new ProvenanceInput
    {
        ProjectName = request.ProjectName,
        Platform = plan.Platform.ToString(),
        Parameters = Parameters,
        Dependencies = [.. Dependencies(plan)],
        GraphDigest = plan.GraphDigest,
        SourceDateEpoch = request.SourceDateEpoch,
    });

    /// <summary>What was asked for.</summary>
    protected abstract IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>The images that the graph begins with.</summary>
    protected abstract IEnumerable<SbomComponent> Bases(ImagePlan plan);

    /// <summary>What went in besides.</summary>
    protected virtual IEnumerable<ProvenanceDependency> Others() => [];

    /// <summary>An image of a registry, pinned.</summary>
    protected static SbomComponent Describe(ImageReference reference, string name, Digest digest, Platform platform) =>
        new(name, reference.Tag, PackageUrl.Of(reference.WithDigest(digest), platform), Algorithm: "SHA256", Hash: digest.Hex, Purpose: "CONTAINER");

    private IEnumerable<ProvenanceDependency> Dependencies(ImagePlan plan)
    {
        foreach (var part in Bases(plan)) yield return new ProvenanceDependency(part.Purl ?? part.Name, part.Algorithm?.ToLowerInvariant(), part.Hash);
        foreach (var pin in GraphSources.Of(plan.Graph).SelectMany(pins.Of).Distinct().OrderBy(p => p.Uri, StringComparer.Ordinal))
            yield return new ProvenanceDependency(pin.Uri, pin.Algorithm, pin.Value);
        foreach (var other in Others()) yield return other;
    }
}
