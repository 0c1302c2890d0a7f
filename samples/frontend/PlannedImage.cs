using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace Partsfile;

/// <summary>What a Partsfile comes to: a graph, and what the image says of itself.</summary>
internal sealed record PlannedImage(LlbState Files, ImageConfig Config);
