using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>One platform's image on its way: what the project says, its base, and what the frontend made of both.</summary>
internal sealed record ImagePlan(ProjectImage Image, ResolvedBase Base, IReadOnlyList<ProjectLayer> Layers, LlbState Graph, ImageConfig Config);
