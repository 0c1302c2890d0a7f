using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>One platform's image, found and read, its layers not yet touched.</summary>
/// <param name="Root">What a tag points at: an index, or the manifest itself.</param>
/// <param name="Manifest">The platform's manifest.</param>
/// <param name="Document">The manifest, read.</param>
/// <param name="Config">The configuration, read.</param>
/// <param name="Source">Where the layers can be had.</param>
public sealed record ResolvedImage(Descriptor Root, Descriptor Manifest, ImageManifest Document, ImageConfig Config, IContentSource Source);
