using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine;

/// <summary>One platform's image on its way: what the project says, its base, and what the frontend made of both.</summary>
internal sealed record ImagePlan(ProjectImage Image, ResolvedBase Base, IReadOnlyList<ProjectLayer> Layers, LlbState Graph, ImageConfig Config)
{
    /// <summary>Every tree that the session lends for it.</summary>
    public IEnumerable<LocalTree> Trees => Layers.Select(l => l.Tree).Concat(Image.Steps.SelectMany(s => s.Trees));
}
