using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>Layers as a record of the cache index.</summary>
/// <remarks>Only layers of our own store are worth a record: finding a remote chain again moves no bytes. Digests stand in clear, so that
/// collection sees what a record refers to.</remarks>
internal static class ChainRecord
{
    public static byte[]? Write(IReadOnlyList<VertexResult> results) =>
        results is [LayersResult { Chain: var chain }] && chain.Layers.All(l => l.Origin is null)
            ? OciJson.Write(chain.Layers.Select(l => new LayerRecord(l.DiffId, l.Blob, l.CreatedBy)).ToList())
            : null;

    public static LayerChain? Read(ReadOnlyMemory<byte> record)
    {
        try
        {
            var rows = OciJson.Read<List<LayerRecord>>(record, "cache record");
            if (rows.Any(r => r?.Blob is null || r.DiffId.IsEmpty || r.CreatedBy is null)) return null;
            return new LayerChain([.. rows.Select(r => new Layer { DiffId = r.DiffId, Blob = r.Blob, CreatedBy = r.CreatedBy })]);
        }
        catch (OciException)
        {
            return null;
        }
    }
}
