using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Gathers what an SBOM and provenance tell of an image of a Dockerfile.</summary>
internal sealed class DockerfileDescriber(BuildRequest request, DockerfileRequest dockerfile, InstalledPackages packages, SourcePins pins) : IImageDescriber
{
    private readonly GraphSbom _sbom = new(packages);

    /// <inheritdoc />
    public async Task<StatementTexts> DescribeAsync(ImagePlan plan, LayerChain chain, CancellationToken cancellationToken) => new(
        request.Sbom ? await _sbom.WriteAsync(request, plan.Platform, Bases(plan), chain, cancellationToken).ConfigureAwait(false) : null, request.Provenance ? WriteProvenance(plan) : null);

    private byte[] WriteProvenance(ImagePlan plan) => ProvenanceDocument.Write(new ProvenanceInput
    {
        ProjectName = request.ProjectName,
        Platform = plan.Platform.ToString(),
        Parameters = ReadParameters(),
        Dependencies = [.. Dependencies(plan)],
        GraphDigest = plan.GraphDigest,
        SourceDateEpoch = request.SourceDateEpoch,
    });

    private IEnumerable<ProvenanceDependency> Dependencies(ImagePlan plan)
    {
        foreach (var part in Bases(plan)) yield return new ProvenanceDependency(part.Purl ?? part.Name, part.Algorithm?.ToLowerInvariant(), part.Hash);
        foreach (var pin in GraphSources.Of(plan.Graph).SelectMany(pins.Of).Distinct().OrderBy(p => p.Uri, StringComparer.Ordinal))
            yield return new ProvenanceDependency(pin.Uri, pin.Algorithm, pin.Value);
        if (request.Source is { Url: { } url }) yield return new ProvenanceDependency("git+" + SourceAddress.WithoutCredentials(url), request.Source.Commit is null ? null : "gitCommit", request.Source.Commit);
    }

    private static List<SbomComponent> Bases(ImagePlan plan) => [.. ((DockerfilePlan)plan).Image.Bases.Select(b => ImageReference.TryParse(b.Name, out var reference, out _) && b.IsRemote
        ? GraphSbom.Describe(reference!, b.Name, b.Digest, b.Platform)
        : new SbomComponent(b.Name, null, null, Algorithm: "SHA256", Hash: b.Digest.Hex, Purpose: "CONTAINER"))];

    // As Docker names what its frontend was asked for.
    private SortedDictionary<string, string> ReadParameters()
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["filename"] = Path.GetFileName(dockerfile.File) };
        if (dockerfile.Target is { } target) parameters["target"] = target;
        if (request.FullProvenance)
        {
            foreach (var (name, value) in dockerfile.BuildArgs) parameters["build-arg:" + name] = value;
            foreach (var (name, value) in dockerfile.Labels) parameters["label:" + name] = value;
        }
        parameters["platform"] = string.Join(',', dockerfile.Platforms);
        if (request.Secrets.Count > 0) parameters["secrets"] = ParameterText.List(request.Secrets.Keys.Order(StringComparer.Ordinal));
        if (request.Ssh.Count > 0) parameters["ssh"] = ParameterText.List(request.Ssh.Keys.Order(StringComparer.Ordinal));
        return parameters;
    }
}
