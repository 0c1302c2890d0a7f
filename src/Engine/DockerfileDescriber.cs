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
        Parameters = Parameters(),
        Dependencies = [.. Dependencies(plan)],
        GraphDigest = plan.GraphDigest,
        SourceDateEpoch = request.SourceDateEpoch,
    });

    private static IEnumerable<SbomComponent> Bases(ImagePlan plan) => ((DockerfilePlan)plan).Image.Bases.Select(b => ImageReference.TryParse(b.Name, out var reference, out _) && b.IsRemote
        ? new SbomComponent(b.Name, reference!.Tag, PackageUrl.Of(reference.WithDigest(b.Digest), b.Platform), Algorithm: "SHA256", Hash: b.Digest.Hex, Purpose: "CONTAINER")
        : new SbomComponent(b.Name, null, null, Algorithm: "SHA256", Hash: b.Digest.Hex, Purpose: "CONTAINER"));

    // As Docker names what its frontend was asked for.
    private SortedDictionary<string, string> Parameters()
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

    private IEnumerable<ProvenanceDependency> Dependencies(ImagePlan plan)
    {
        foreach (var part in Bases(plan)) yield return new ProvenanceDependency(part.Purl ?? part.Name, part.Algorithm?.ToLowerInvariant(), part.Hash);
        foreach (var pin in GraphSources.Of(plan.Graph).SelectMany(pins.Of).Distinct().OrderBy(p => p.Uri, StringComparer.Ordinal))
            yield return new ProvenanceDependency(pin.Uri, pin.Algorithm, pin.Value);
        if (request.Source is { Url: { } url }) yield return new ProvenanceDependency("git+" + SourceAddress.WithoutCredentials(url), request.Source.Commit is null ? null : "gitCommit", request.Source.Commit);
    }
}
