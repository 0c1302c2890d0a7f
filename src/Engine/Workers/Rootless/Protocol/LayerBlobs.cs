using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>Layers as they travel: both ends have the same store, so a name is enough.</summary>
internal static class LayerBlobs
{
    /// <summary>Throws <see cref="OciException"/> for a layer from elsewhere that says to be one that only our own store has.</summary>
    public static LayerBlob ToWire(Layer layer) => layer is { Origin: not null, Blob.MediaType: TreeDescription.MediaType } ? throw SourceLayers.OnlyOurs() : new()
    {
        DiffId = layer.DiffId.ToString(), MediaType = layer.Blob.MediaType, Digest = layer.Blob.Digest.ToString(), Size = layer.Blob.Size, CreatedBy = layer.CreatedBy,
    };

    public static Chain ToWire(LayerChain chain) => new() { Layers = { chain.Layers.Select(ToWire) } };

    /// <summary>The layers of an input of a step; none for a number below zero.</summary>
    public static IReadOnlyList<Layer> Of(RunStep step, long input) => input < 0 ? [] : [.. step.Inputs[(int)input].Layers.Select(FromWire)];

    /// <summary>Throws <see cref="OciException"/> for what is no digest.</summary>
    public static Layer FromWire(LayerBlob blob) => new()
    {
        DiffId = Digest.Parse(blob.DiffId),
        Blob = new Descriptor { MediaType = blob.MediaType, Digest = Digest.Parse(blob.Digest), Size = blob.Size },
        CreatedBy = blob.CreatedBy,
    };
}
