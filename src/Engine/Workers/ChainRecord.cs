using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>The layers of a vertex's results as a record of the cache index.</summary>
/// <remarks>Only what ends in a layer of our own store is worth a record: finding a remote chain again moves no bytes. Digests stand in clear,
/// so that collection sees what a record refers to.</remarks>
internal static class ChainRecord
{
    public static byte[]? Write(IReadOnlyList<VertexResult> results) => results.All(IsOurs)
        ? OciJson.Write(results.Select(r => ((LayersResult)r).Chain.Layers.Select(ToRow).ToList()).ToList())
        : null;

    /// <summary>The chains, by output, <c>null</c> for one that the record does not have; <c>null</c> for what is no record. A layer that a repository has is not looked for in the store.</summary>
    /// <param name="record">The bytes.</param>
    /// <param name="open">Opens the repository that a reference names.</param>
    public static IReadOnlyList<LayerChain?>? Read(ReadOnlyMemory<byte> record, Func<ImageReference, LayerOrigin> open)
    {
        try
        {
            var chains = OciJson.Read<List<List<LayerRecord>?>>(record, "cache record");
            if (chains.All(c => c is null) || chains.OfType<List<LayerRecord>>().Any(c => c.Any(r => r?.Blob is null || r.DiffId.IsEmpty || r.CreatedBy is null))) return null;
            return [.. chains.Select(c => c is null ? null : new LayerChain([.. c.Select(r => ToLayer(r, open))]))];
        }
        catch (OciException)
        {
            return null;
        }
    }

    private static bool IsOurs(VertexResult result) => result is LayersResult { Chain.Layers: [.., { Origin: null }] };

    private static LayerRecord ToRow(Layer layer) => new(layer.DiffId, layer.Blob, layer.CreatedBy, layer.Origin?.Repository?.ToString());

    private static Layer ToLayer(LayerRecord row, Func<ImageReference, LayerOrigin> open) => new()
    {
        DiffId = row.DiffId, Blob = row.Blob, CreatedBy = row.CreatedBy, Origin = row.Repository is null ? null : open(ImageReference.Parse(row.Repository)),
    };
}
