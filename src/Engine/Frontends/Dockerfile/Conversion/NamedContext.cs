namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>A context that stands in for a stage or an image.</summary>
/// <param name="Name">As people are shown it, with its platform where it has one.</param>
/// <param name="Context">Where it is.</param>
internal sealed record NamedContext(string Name, BuildContext Context);
