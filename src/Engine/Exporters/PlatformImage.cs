using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>One platform's image before it is assembled.</summary>
/// <param name="Config">The edited configuration; its <c>rootfs</c> and <c>history</c> are the base's.</param>
/// <param name="Chain">All layers, the base's first.</param>
public sealed record PlatformImage(Platform Platform, ImageConfig Config, LayerChain Chain);
