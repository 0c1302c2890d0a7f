using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>What delivering came to.</summary>
/// <param name="Written">Blobs that the layout did not have before.</param>
/// <param name="Loaded">The local engine that has the image, and what it calls it.</param>
internal sealed record Delivered(IReadOnlySet<Digest> Written, (string Engine, string Id)? Loaded);
