using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>One platform's image before it is assembled.</summary>
/// <param name="Config">The edited configuration; its <c>rootfs</c> is the base's, and so is its <c>history</c> unless it is whole.</param>
/// <param name="Chain">All layers, the base's first.</param>
/// <param name="HasWholeHistory">The history tells of every layer of the chain already.</param>
public sealed record PlatformImage(Platform Platform, ImageConfig Config, LayerChain Chain, bool HasWholeHistory = false)
{
    /// <summary>Of its manifest, besides those of every manifest.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Of its entry in the index.</summary>
    public IReadOnlyDictionary<string, string>? DescriptorAnnotations { get; init; }
}
