using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>What an image is built on, found and pinned.</summary>
/// <param name="State">The base image in the graph.</param>
/// <param name="Config">Its configuration, or <c>null</c> for scratch.</param>
/// <param name="Contexts">The images of <see cref="ProjectImage.Contexts"/> in the graph, by the same names.</param>
public sealed record ProjectGround(LlbState State, ImageConfig? Config, IReadOnlyDictionary<string, LlbState> Contexts);
