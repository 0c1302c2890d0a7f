using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine;

/// <summary>Gathers what an SBOM and provenance tell of an image of which only the graph is known.</summary>
internal sealed class GraphDescriber(BuildRequest request, IReadOnlyDictionary<string, string> parameters, InstalledPackages packages, SourcePins pins) : IImageDescriber
{
    private const string Image = "docker-image://";

    /// <inheritdoc />
    public async Task<byte[]> WriteSbomAsync(ImagePlan plan, LayerChain chain, CancellationToken cancellationToken) => SpdxDocument.Write(new SbomInput
    {
        ImageName = request.Names is [var name, ..] ? name.ToString() : request.ProjectName,
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
        Parameters = parameters,
        Dependencies = [.. Dependencies(plan)],
        GraphDigest = plan.GraphDigest,
        SourceDateEpoch = request.SourceDateEpoch,
    });

    private static IEnumerable<SbomComponent> Bases(ImagePlan plan)
    {
        foreach (var name in Names(plan).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            if (ImageReference.TryParse(name, out var reference, out _) && reference!.Digest is { } digest)
                yield return new SbomComponent(name, reference.Tag, PackageUrl.Of(reference, plan.Platform), Algorithm: "SHA256", Hash: digest.Hex, Purpose: "CONTAINER");
    }

    private static IEnumerable<string> Names(ImagePlan plan) => GraphSources.Of(plan.Graph)
        .Select(s => s.Op.Source.Identifier).Where(i => i.StartsWith(Image, StringComparison.Ordinal)).Select(i => i[Image.Length..]);

    private IEnumerable<ProvenanceDependency> Dependencies(ImagePlan plan)
    {
        foreach (var part in Bases(plan)) yield return new ProvenanceDependency(part.Purl ?? part.Name, part.Algorithm?.ToLowerInvariant(), part.Hash);
        foreach (var pin in GraphSources.Of(plan.Graph).SelectMany(pins.Of).Distinct().OrderBy(p => p.Uri, StringComparer.Ordinal))
            yield return new ProvenanceDependency(pin.Uri, pin.Algorithm, pin.Value);
    }
}
