namespace MsBuildKit.Engine.Attestations;

/// <summary>A file of the image and the one component that it belongs to.</summary>
/// <param name="Path">Absolute in the image.</param>
/// <param name="Component">Index into <see cref="SbomInput.Components"/>.</param>
public sealed record SbomFile(string Path, string Sha256, string Sha1, int Component);
