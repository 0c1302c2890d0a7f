using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>One platform's image before it is assembled.</summary>
/// <param name="Config">The edited configuration; its <c>rootfs</c> is the base's, and so is its <c>history</c> unless it is whole.</param>
/// <param name="Chain">All layers, the base's first.</param>
/// <param name="HasWholeHistory">The history tells of every layer of the chain already.</param>
public sealed record PlatformImage(Platform Platform, ImageConfig Config, LayerChain Chain, bool HasWholeHistory = false)
{
    /// <summary>When it was made, as its documents say it; <c>null</c> for the time of all images.</summary>
    public string? Created { get; init; }

    /// <summary>What its own layers say of the times in them, or <c>null</c> for nothing.</summary>
    public LayerStamp? Stamp { get; init; }

    /// <summary>Of its manifest, besides those of every manifest.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Of its entry in the index.</summary>
    public IReadOnlyDictionary<string, string>? DescriptorAnnotations { get; init; }
}

/// <summary>No file in the layers above the base is newer than a time, which they say of themselves (<c>buildkit/rewritten-timestamp</c>).</summary>
/// <param name="Epoch">Seconds since 1970.</param>
/// <param name="BaseLayers">How many layers are the base's, of which nothing is said.</param>
public sealed record LayerStamp(long Epoch, int BaseLayers);
