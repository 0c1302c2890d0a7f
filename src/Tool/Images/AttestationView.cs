using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Images;

/// <summary>A statement about an image.</summary>
internal sealed record AttestationView(string PredicateType, Descriptor Blob);
