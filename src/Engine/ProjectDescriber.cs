using System.Globalization;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Gathers what an SBOM and provenance tell of a project's image.</summary>
internal sealed class ProjectDescriber(BuildRequest request, LentTrees trees, SourcePins pins) : IImageDescriber
{
    /// <inheritdoc />
    public async Task<StatementTexts> DescribeAsync(ImagePlan plan, LayerChain chain, CancellationToken cancellationToken) => new(
        request.Sbom ? await WriteSbomAsync(plan, cancellationToken).ConfigureAwait(false) : null, request.Provenance ? WriteProvenance(plan) : null);

    // Every file of our layers, each with its one component.
    private async Task<byte[]> WriteSbomAsync(ImagePlan image, CancellationToken cancellationToken)
    {
        var plan = (ProjectPlan)image;
        var components = plan.Image.Files.Select(f => f.Component).Distinct().OrderBy(c => c.Kind).ThenBy(c => c.Name, StringComparer.Ordinal).ThenBy(c => c.Version, StringComparer.Ordinal).ToList();
        var numbers = components.Select((c, i) => (Component: c, Number: i)).ToDictionary(c => c.Component, c => c.Number);
        var owners = plan.Image.Files.ToLookup(f => f.TargetPath.TrimStart('/'));
        var files = new List<SbomFile>();
        foreach (var layer in plan.Layers)
        {
            var facts = (await trees.GetAsync(layer.Tree.Name, cancellationToken).ConfigureAwait(false)).Facts;
            for (var i = 0; i < facts.Count; i++)
            {
                var file = layer.Tree.Files[i];
                var component = owners[file.Path].First(f => f.HostPath == file.HostPath).Component;
                files.Add(new SbomFile("/" + file.Path, facts[i].Sha256.Hex, facts[i].Sha1, numbers[component]));
            }
        }
        return SpdxDocument.Write(new SbomInput
        {
            ImageName = $"{request.Repository}:{request.Tags[0]}",
            Platform = plan.Image.Platform.ToString(),
            SourceDateEpoch = request.SourceDateEpoch,
            Components = [.. components.Select(Describe)],
            Files = files,
            Base = plan.Base.Parts,
        });
    }

    private byte[] WriteProvenance(ImagePlan image)
    {
        var plan = (ProjectPlan)image;
        return ProvenanceDocument.Write(new ProvenanceInput
        {
            ProjectName = request.ProjectName,
            Platform = plan.Image.Platform.ToString(),
            Parameters = Parameters(plan),
            Dependencies = [.. Dependencies(plan)],
            GraphDigest = plan.GraphDigest,
            SourceDateEpoch = request.SourceDateEpoch,
        });
    }

    private SortedDictionary<string, string> Parameters(ProjectPlan plan)
    {
        var config = plan.Image.Config;
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["ContainerRepository"] = request.Repository,
            ["ContainerImageTags"] = string.Join(';', request.Tags),
            ["ContainerWorkingDirectory"] = config.WorkingDirectory,
            ["ContainerCompression"] = request.Compression.ToString().ToLowerInvariant(),
            ["ContainerRuntimeIdentifiers"] = string.Join(';', request.Images.Select(i => i.Platform)),
        };
        Add("ContainerUser", config.User);
        Add("ContainerRegistry", request.Registry);
        Add("ContainerImageFormat", request.DockerFormat switch { true => "Docker", false => "OCI", null => null });
        Add("ContainerCompressionLevel", request.CompressionLevel?.ToString(CultureInfo.InvariantCulture));
        Add("ContainerAppCommandInstruction", config.Instruction?.ToString());
        Add("ContainerAppCommand", List(config.AppCommand));
        Add("ContainerAppCommandArgs", List(config.AppCommandArgs));
        Add("ContainerDefaultArgs", List(config.DefaultArgs));
        Add("ContainerEntrypoint", List(config.Entrypoint));
        Add("ContainerEntrypointArgs", List(config.EntrypointArgs));
        Add("ContainerEnvironmentVariable", Pairs(config.Environment));
        Add("ContainerLabel", Pairs(config.Labels));
        Add("ContainerAnnotation", Pairs(request.Annotations));
        Add("ContainerPort", List(config.Ports));
        Add("ContainerVolume", List(config.Volumes));
        Add("ContainerStopSignal", config.StopSignal);
        Add("ContainerHealthcheck", config.Healthcheck?.Test is { } test ? List(test) : null);
        foreach (var (key, value) in StepParameters.Of(plan.Image)) Add(key, value);
        Add("ContainerAllowHostNetwork", request.AllowHostNetwork ? "true" : null);
        Add("ContainerAllowInsecure", request.AllowInsecure ? "true" : null);
        Add("ContainerAllowDevices", request.AllowDevices ? "true" : null);
        Add("ContainerFile", List([.. plan.Image.Files.Where(f => f.Component.Kind == ComponentKind.Extra).Select(f => f.TargetPath)]));
        if (plan.Base.Name is { } name) parameters["ContainerBaseImage"] = name.Name;
        if (plan.Image.Base is ComposedBase composed)
        {
            parameters["ContainerBaseDistribution"] = composed.Distribution;
            parameters["ContainerPackage"] = string.Join(';', composed.Packages);
        }
        return parameters;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) parameters[name] = value;
        }
    }

    private static string List(IReadOnlyList<string> items) => ParameterText.List(items);

    private static string Pairs(IEnumerable<KeyValuePair<string, string>> pairs) => ParameterText.Pairs(pairs);

    private IEnumerable<ProvenanceDependency> Dependencies(ProjectPlan plan)
    {
        foreach (var part in plan.Base.Parts.Concat(plan.Base.Contexts.OrderBy(c => c.Key, StringComparer.Ordinal).SelectMany(c => c.Value.Parts)))
            yield return new ProvenanceDependency(part.Purl ?? part.Name, part.Algorithm?.ToLowerInvariant(), part.Hash);
        foreach (var pin in GraphSources.Of(plan.Graph).SelectMany(pins.Of).Distinct().OrderBy(p => p.Uri, StringComparer.Ordinal))
            yield return new ProvenanceDependency(pin.Uri, pin.Algorithm, pin.Value);
        foreach (var component in plan.Image.Files.Select(f => f.Component).Where(c => c.Kind <= ComponentKind.Package).Distinct().OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            var described = Describe(component);
            yield return new ProvenanceDependency(described.Purl ?? described.Name, described.Algorithm?.ToLowerInvariant(), described.Hash);
        }
        if (request.Source is { Url: { } url }) yield return new ProvenanceDependency("git+" + SourceAddress.WithoutCredentials(url), request.Source.Commit is null ? null : "gitCommit", request.Source.Commit);
    }

    private static SbomComponent Describe(Component component) => component.Kind switch
    {
        ComponentKind.Framework => NuGetComponents.Describe(component.Name, component.Version ?? "", component.PackageRoot, "FRAMEWORK"),
        ComponentKind.Package => NuGetComponents.Describe(component.Name, component.Version ?? "", component.PackageRoot),
        ComponentKind.Application => new SbomComponent(component.Name, component.Version, null, Purpose: "APPLICATION"),
        ComponentKind.Extra => new SbomComponent(component.Name + " (extra files)", component.Version, null, Purpose: "FILE"),
        _ => new SbomComponent(component.Name, component.Version, null),
    };
}
