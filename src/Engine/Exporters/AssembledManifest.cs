using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>One platform's image, its documents in the store.</summary>
public sealed record AssembledManifest(
    Platform Platform, Descriptor Descriptor, byte[] ManifestJson, Descriptor Config, byte[] ConfigJson, IReadOnlyList<Layer> Layers)
{
    /// <summary>Annotations of its entry in the index.</summary>
    public IReadOnlyDictionary<string, string>? DescriptorAnnotations { get; init; }
}
