using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Gathers what an SBOM and provenance tell of an image that somebody else planned: only its graph says what it begins with.</summary>
internal sealed class SolvedDescriber(BuildRequest request, IReadOnlyDictionary<string, string> parameters, InstalledPackages packages, SourcePins pins) : GraphDescriber(request, packages, pins)
{
    private const string Image = "docker-image://";

    /// <inheritdoc />
    protected override IReadOnlyDictionary<string, string> Parameters => parameters;

    /// <inheritdoc />
    protected override IEnumerable<SbomComponent> Bases(ImagePlan plan)
    {
        var names = GraphSources.Of(plan.Graph).Select(s => s.Op.Source.Identifier).Where(i => i.StartsWith(Image, StringComparison.Ordinal)).Select(i => i[Image.Length..]);
        foreach (var name in names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            if (ImageReference.TryParse(name, out var reference, out _) && reference!.Digest is { } digest)
                yield return Describe(reference, name, digest, plan.Platform);
    }
}
