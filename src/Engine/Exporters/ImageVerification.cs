namespace MsBuildKit.Engine.Exporters;

/// <summary>What a look at everything in a layout or an archive found.</summary>
/// <param name="Images">Manifests, attestations left out.</param>
/// <param name="Blobs">Blobs and documents that were hashed.</param>
/// <param name="Bytes">How long they are together.</param>
/// <param name="Faults">In the order of their places.</param>
public sealed record ImageVerification(int Images, int Blobs, long Bytes, IReadOnlyList<ImageFault> Faults);
