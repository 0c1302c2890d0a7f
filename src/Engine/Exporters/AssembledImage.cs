using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Exporters;

/// <summary>A whole image: what a tag will point at, and all that belongs to it.</summary>
/// <param name="Root">An index, or the only manifest.</param>
/// <param name="Manifests">The runnable ones.</param>
/// <param name="Attestations">Their companions: manifest and blobs, all in the store.</param>
public sealed record AssembledImage(Descriptor Root, IReadOnlyList<AssembledManifest> Manifests, IReadOnlyList<AttestationManifest> Attestations)
{
    /// <summary>The bytes of the index, or <c>null</c> when <see cref="Root"/> is a manifest.</summary>
    public byte[]? IndexJson { get; init; }

    /// <summary>Every document and blob but the layers, in the order in which they may become visible: what is referred to comes first.</summary>
    public IEnumerable<Descriptor> Documents()
    {
        foreach (var manifest in Manifests)
        {
            yield return manifest.Config;
            yield return manifest.Descriptor;
        }
        foreach (var attestation in Attestations)
        {
            foreach (var blob in attestation.Blobs) yield return blob;
            yield return attestation.Descriptor;
        }
        if (MediaTypes.IsIndex(Root.MediaType)) yield return Root;
    }
}
