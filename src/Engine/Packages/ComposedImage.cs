using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Packages;

/// <summary>A composed base image, its documents and layer in the store, and what it is made of.</summary>
public sealed record ComposedImage(Descriptor Manifest, IReadOnlyList<ComposedPackage> Packages);
