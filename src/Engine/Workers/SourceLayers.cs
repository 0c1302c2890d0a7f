using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>The layers of an image that was found, left where they are.</summary>
public static class SourceLayers
{
    /// <param name="image">The image.</param>
    /// <param name="repository">Where a registry may mount them from, or <c>null</c> when they are in none.</param>
    public static LayerChain Of(ResolvedImage image, ImageReference? repository)
    {
        var history = image.Config.History?.Where(h => !h.EmptyLayer).ToList() ?? [];
        return new LayerChain([.. image.Document.Layers.Select((blob, i) => new Layer
        {
            DiffId = image.Config.RootFs.DiffIds[i],
            Blob = blob,
            CreatedBy = i < history.Count ? history[i].CreatedBy ?? "" : "",
            Origin = new LayerOrigin(image.Source, repository),
        })]);
    }
}
