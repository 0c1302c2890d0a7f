using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Exporters;

/// <summary>The manifest that carries the statements about another one, and its blobs.</summary>
public sealed record AttestationManifest(Descriptor Descriptor, IReadOnlyList<Descriptor> Blobs);
