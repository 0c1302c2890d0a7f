using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Layers whose bytes are compressed in another way. What they unpack to stays the same.</summary>
/// <param name="store">Has the layers of this machine, and gets what becomes of them.</param>
/// <param name="layers">Brings those that are elsewhere.</param>
/// <param name="index">Remembers what became of which.</param>
/// <param name="parallelism">How many blocks are compressed at once.</param>
public sealed class LayerConversion(LocalContentStore store, ILayerProvider layers, ICacheIndex index, int parallelism)
{
    private const int BufferSize = 1 << 17;

    private readonly SharedWork<Digest, Layer> _underWay = new();

    /// <summary>The layers as somebody wants them.</summary>
    public async Task<IReadOnlyList<Layer>> ConvertAsync(IReadOnlyList<Layer> chain, LayerCompression wanted, CancellationToken cancellationToken) =>
        await Task.WhenAll(chain.Select(l => wanted.Touches(l) ? ConvertAsync(l, new LayerOptions(wanted.Compression, wanted.Level, parallelism), cancellationToken) : Task.FromResult(l))).ConfigureAwait(false);

    private async Task<Layer> ConvertAsync(Layer layer, LayerOptions options, CancellationToken cancellationToken)
    {
        var key = Digest.Of(System.Text.Encoding.ASCII.GetBytes($"converted {layer.Blob.Digest} {options.Fingerprint}"));
        var converted = await _underWay.GetAsync(key, token => ConvertAsync(layer, key, options, token), cancellationToken).ConfigureAwait(false);
        return converted with { CreatedBy = layer.CreatedBy };
    }

    private async Task<Layer> ConvertAsync(Layer layer, Digest key, LayerOptions options, CancellationToken cancellationToken)
    {
        if (await FindAsync(key, layer, cancellationToken).ConfigureAwait(false) is { } known) return known;
        await layers.EnsureAsync(layer, cancellationToken).ConfigureAwait(false);
        var blob = await store.FindAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{layer.Blob.Digest}' vanished from the store. Build again.");
        await using var closed = blob.ConfigureAwait(false);
        var compression = MediaTypes.LayerCompression(layer.Blob.MediaType) ?? throw new OciException(OciException.UnknownMediaType, $"The layer type '{layer.Blob.MediaType}' cannot be read here. Ask for an image with tar, gzip or zstd layers.");
        var converted = layer with { Blob = await WriteAsync(blob, compression, layer.DiffId, options, cancellationToken).ConfigureAwait(false), Origin = null };
        await index.SaveAsync(key, OciJson.Write(new List<List<LayerRecord>> { new() { new(converted.DiffId, converted.Blob, "") } }), cancellationToken).ConfigureAwait(false);
        return converted;
    }

    private async Task<Layer?> FindAsync(Digest key, Layer layer, CancellationToken cancellationToken)
    {
        if (await index.FindAsync(key, cancellationToken).ConfigureAwait(false) is not { } record) return null;
        if (OciJson.Read<List<List<LayerRecord>>>(record, "cache record") is not [[{ Blob: { } blob } row]] || row.DiffId != layer.DiffId) return null;
        store.Retain(blob.Digest);
        return await store.FindSizeAsync(blob.Digest, cancellationToken).ConfigureAwait(false) == blob.Size ? layer with { Blob = blob, Origin = null } : null;
    }

    private async Task<Descriptor> WriteAsync(Stream blob, Compression compression, Digest diffId, LayerOptions options, CancellationToken cancellationToken)
    {
        var ingest = store.BeginIngest();
        await using var ended = ingest.ConfigureAwait(false);
        var pipeline = new BlockPipeline(options, null, ingest, cancellationToken);
        await using var stopped = pipeline.ConfigureAwait(false);
        var plain = LayerReader.Decompress(blob, compression);
        await using var closed = plain.ConfigureAwait(false);
        var buffer = new byte[BufferSize];
        for (int read; (read = await plain.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;) await pipeline.WriteAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
        if (await pipeline.CompleteAsync().ConfigureAwait(false) != diffId)
            throw new SnapshotException(SnapshotException.UnreadableLayer, ErrorKind.Invalid, $"The layer '{diffId}' cannot be compressed anew: its content is not what the configuration promises. Get the image again from a source you trust.");
        return new Descriptor { MediaType = MediaTypes.Layer(options.Compression), Digest = await ingest.CommitAsync(null, null, cancellationToken).ConfigureAwait(false), Size = ingest.Length };
    }
}
