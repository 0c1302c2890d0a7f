using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>Files that share a layer because they change together.</summary>
/// <param name="Kind">What they belong to.</param>
/// <param name="Title">What the layer's step is called.</param>
/// <param name="Tree">The files, by their paths from the root of the image.</param>
public sealed record ProjectLayer(ComponentKind Kind, string Title, LocalTree Tree);
