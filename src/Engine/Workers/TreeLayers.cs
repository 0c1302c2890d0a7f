using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>Lent trees as layers, for whom it is not enough to read them in place. Each is written once in a build.</summary>
internal sealed class TreeLayers(IContentStore store, LayerOptions options)
{
    private static readonly LayerOptions s_plain = new(Compression.None);

    private readonly SharedWork<Digest, Layer> _written = new();
    private readonly SharedWork<Digest, Layer> _shown = new();

    /// <summary>What a vertex gave, as layers that an image can have.</summary>
    /// <param name="result">Layers, or a lent tree.</param>
    /// <param name="createdBy">What an image's history says of the layer of a lent tree.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<LayerChain> ChainOfAsync(VertexResult result, string createdBy, CancellationToken cancellationToken)
    {
        if (result is not TreeResult tree) return ((LayersResult)result).Chain;
        var layer = await _written.GetAsync(tree.Fingerprint, token => WriteAsync(tree.Files.ToEntries(), options, token), cancellationToken).ConfigureAwait(false);
        return new LayerChain([layer with { CreatedBy = createdBy }]);
    }

    /// <summary>What a vertex gave, as layers for another to work with. What of a lent tree it does not use is not in them, and nothing is compressed: unless
    /// the tree becomes part of the result, they are in no image.</summary>
    public async Task<LayerChain> ChainForAsync(Vertex consumer, int input, VertexResult result, CancellationToken cancellationToken)
    {
        if (result is not TreeResult tree) return ((LayersResult)result).Chain;
        var use = await TreeUse.OfAsync(consumer, input, tree, cancellationToken).ConfigureAwait(false);
        if (use.GoesOn) return await ChainOfAsync(result, consumer.Name, cancellationToken).ConfigureAwait(false);
        return new LayerChain([await _shown.GetAsync(use.Key, token => WriteAsync(tree.Files.ToEntries(use.Paths), s_plain, token), cancellationToken).ConfigureAwait(false)]);
    }

    private Task<Layer> WriteAsync(IEnumerable<TreeEntry> entries, LayerOptions how, CancellationToken cancellationToken) =>
        LayerWriter.WriteAsync(entries, store, how, "", cancellationToken);
}
