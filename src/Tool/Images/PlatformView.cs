using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Images;

/// <summary>The image of one platform.</summary>
/// <param name="Manifest">Where it stands.</param>
/// <param name="Config">How it runs; <c>null</c> for what is no image but travels like one.</param>
/// <param name="Layers">From the base up.</param>
/// <param name="Attestations">What is said about it.</param>
internal sealed record PlatformView(Descriptor Manifest, ImageConfig? Config, IReadOnlyList<LayerView> Layers, IReadOnlyList<AttestationView> Attestations)
{
    public long Size => Layers.Sum(l => l.Blob.Size);
}
