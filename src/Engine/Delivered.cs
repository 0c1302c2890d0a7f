using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>What delivering came to.</summary>
/// <param name="Written">Blobs that the layout did not have before.</param>
/// <param name="Files">What file trees of the image were written to.</param>
/// <param name="Loaded">The local engine that has the image, and what it calls it.</param>
internal sealed record Delivered(IReadOnlySet<Digest> Written, IReadOnlyList<string> Files, (string Engine, string Id)? Loaded);
