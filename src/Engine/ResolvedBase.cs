using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>A base image, found: what the graph starts from and what is known of it.</summary>
/// <param name="State">In the graph.</param>
/// <param name="Image"><c>null</c> for scratch.</param>
/// <param name="Name">For labels and provenance; <c>null</c> where it has none.</param>
/// <param name="Layout">Name and content of the layout that the graph refers to, or <c>null</c>.</param>
/// <param name="Parts">What an SBOM tells of it.</param>
internal sealed record ResolvedBase(
    LlbState State, ResolvedImage? Image, BaseName? Name, KeyValuePair<string, IContentSource>? Layout, IReadOnlyList<SbomComponent> Parts)
{
    /// <summary>Other images that steps mount files of, found too.</summary>
    public IReadOnlyDictionary<string, ResolvedBase> Contexts { get; init; } = new Dictionary<string, ResolvedBase>();

    /// <summary>Every layout that the graph refers to.</summary>
    public IEnumerable<KeyValuePair<string, IContentSource>> Layouts => Contexts.Values.SelectMany(c => c.Layouts).Concat(Layout is { } own ? [own] : []);

    /// <summary>What the frontend builds on.</summary>
    public ProjectGround Ground => new(State, Image?.Config, Contexts.ToDictionary(c => c.Key, c => c.Value.State));

    /// <summary>It stays in its registry: nobody needs to fetch its layers to push on top of them.</summary>
    public bool IsRemote => Image is not null && Layout is null;

    public bool IsDocker => Image?.Manifest.MediaType == MediaTypes.DockerManifest;
}
