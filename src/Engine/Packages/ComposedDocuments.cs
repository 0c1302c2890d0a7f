using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Packages;

/// <summary>The blobs of a composed image.</summary>
internal sealed record ComposedDocuments(Descriptor Manifest, Descriptor Config, Descriptor Layer);
