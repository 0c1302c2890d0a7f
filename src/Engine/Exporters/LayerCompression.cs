using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>How somebody wants layers compressed.</summary>
/// <param name="Compression">The way.</param>
/// <param name="Level">As in <see cref="LayerOptions"/>.</param>
/// <param name="IsForced">Also those that are elsewhere already, such as a base's; else they stay as they are.</param>
public sealed record LayerCompression(Compression Compression = Compression.Gzip, int? Level = null, bool IsForced = false)
{
    /// <summary>Whether a layer has to be compressed anew. Which level it was compressed at nobody sees, so a level that is forced is always applied.</summary>
    public bool Touches(Layer layer) =>
        (IsForced || layer.Origin is null) && (MediaTypes.LayerCompression(layer.Blob.MediaType) != Compression || (Level is not null && Compression != Compression.None));
}
