using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>The layers of an image that was found, left where they are.</summary>
public static class SourceLayers
{
    /// <param name="image">The image.</param>
    /// <param name="repository">Where a registry may mount them from, or <c>null</c> when they are in none.</param>
    /// <exception cref="OciException">MBK1105 for a layer that only our own store has.</exception>
    public static LayerChain Of(ResolvedImage image, ImageReference? repository)
    {
        if (image.Document.Layers.Any(l => l.MediaType == TreeDescription.MediaType)) throw OnlyOurs();
        var history = image.Config.History?.Where(h => !h.EmptyLayer).ToList() ?? [];
        return new LayerChain([.. image.Document.Layers.Select((blob, i) => new Layer
        {
            DiffId = image.Config.RootFs.DiffIds[i],
            Blob = blob,
            CreatedBy = i < history.Count ? history[i].CreatedBy ?? "" : "",
            Origin = new LayerOrigin(image.Source, repository),
        })]);
    }

    /// <summary>What is said of a layer from elsewhere that is described.</summary>
    internal static OciException OnlyOurs() => new(OciException.UnknownMediaType, $"A layer of an image or of a cache has the type '{TreeDescription.MediaType}', which none may have. Do not use it.");
}
