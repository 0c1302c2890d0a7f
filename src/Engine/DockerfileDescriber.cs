using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Gathers what an SBOM and provenance tell of an image of a Dockerfile.</summary>
internal sealed class DockerfileDescriber(BuildRequest request, DockerfileRequest dockerfile, InstalledPackages packages, SourcePins pins) : GraphDescriber(request, packages, pins)
{
    private readonly BuildRequest _request = request;

    /// <inheritdoc />
    protected override IReadOnlyDictionary<string, string> Parameters => ReadParameters();

    /// <inheritdoc />
    protected override IEnumerable<SbomComponent> Bases(ImagePlan plan) => ((DockerfilePlan)plan).Image.Bases.Select(b => ImageReference.TryParse(b.Name, out var reference, out _) && b.IsRemote
        ? Describe(reference!, b.Name, b.Digest, b.Platform)
        : new SbomComponent(b.Name, null, null, Algorithm: "SHA256", Hash: b.Digest.Hex, Purpose: "CONTAINER"));

    /// <inheritdoc />
    protected override IEnumerable<ProvenanceDependency> Others()
    {
        if (_request.Source is { Url: { } url }) yield return new ProvenanceDependency("git+" + SourceAddress.WithoutCredentials(url), _request.Source.Commit is null ? null : "gitCommit", _request.Source.Commit);
    }

    // As Docker names what its frontend was asked for.
    private SortedDictionary<string, string> ReadParameters()
    {
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["filename"] = Path.GetFileName(dockerfile.File) };
        if (dockerfile.Target is { } target) parameters["target"] = target;
        if (_request.FullProvenance)
        {
            foreach (var (name, value) in dockerfile.BuildArgs) parameters["build-arg:" + name] = value;
            foreach (var (name, value) in dockerfile.Labels) parameters["label:" + name] = value;
        }
        parameters["platform"] = string.Join(',', dockerfile.Platforms);
        if (_request.Secrets.Count > 0) parameters["secrets"] = ParameterText.List(_request.Secrets.Keys.Order(StringComparer.Ordinal));
        if (_request.Ssh.Count > 0) parameters["ssh"] = ParameterText.List(_request.Ssh.Keys.Order(StringComparer.Ordinal));
        return parameters;
    }
}
