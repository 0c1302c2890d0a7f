using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>What vertices gave, as layers: lent trees are none yet, and some layers are only described. Each is written at most once in a build.</summary>
/// <param name="store">Gets layers.</param>
/// <param name="described">Those that are not written yet.</param>
/// <param name="options">How they are written.</param>
/// <param name="isLate">Layers of copies are written when somebody wants their bytes, and not when they are made.</param>
internal sealed class TreeLayers(LocalContentStore store, DescribedLayers described, LayerOptions options, bool isLate = false)
{
    private static readonly LayerOptions s_plain = new(Compression.None);

    private readonly SharedWork<Digest, Layer> _written = new();
    private readonly SharedWork<Digest, Layer> _shown = new();

    /// <summary>Those that are not written yet.</summary>
    public DescribedLayers Described => described;

    /// <summary>Layers of copies are written when somebody wants their bytes.</summary>
    public bool IsLate => isLate;

    /// <summary>What a vertex gave, as layers that an image can have.</summary>
    /// <param name="result">Layers, or a lent tree.</param>
    /// <param name="createdBy">What an image's history says of the layer of a lent tree.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<LayerChain> ChainOfAsync(VertexResult result, string createdBy, CancellationToken cancellationToken)
    {
        if (result is LayersResult layers) return await described.WriteAsync(layers.Chain, cancellationToken).ConfigureAwait(false);
        var tree = (TreeResult)result;
        var layer = await _written.GetAsync(tree.Fingerprint, token => WriteAsync(tree.Files.ToEntries(), options, token), cancellationToken).ConfigureAwait(false);
        return new LayerChain([layer with { CreatedBy = createdBy }]);
    }

    /// <summary>What a vertex gave, as layers that others go on with; some may be described.</summary>
    public async Task<LayerChain> StackOfAsync(VertexResult result, string createdBy, CancellationToken cancellationToken)
    {
        if (result is LayersResult layers) return layers.Chain;
        if (!isLate) return await ChainOfAsync(result, createdBy, cancellationToken).ConfigureAwait(false);
        return new LayerChain([await DescribeAsync((TreeResult)result, null, options, createdBy, cancellationToken).ConfigureAwait(false)]);
    }

    /// <summary>What a vertex gave, as layers for another to work with. What of a lent tree it does not use is not in them, and such a tree is only described: unless
    /// it becomes part of the result, it is in no image.</summary>
    public async Task<LayerChain> StackForAsync(Vertex consumer, int input, VertexResult result, CancellationToken cancellationToken)
    {
        if (result is not TreeResult tree) return ((LayersResult)result).Chain;
        var use = await TreeUse.OfAsync(consumer, input, tree, cancellationToken).ConfigureAwait(false);
        if (use.GoesOn) return await StackOfAsync(result, consumer.Name, cancellationToken).ConfigureAwait(false);
        return new LayerChain([await _shown.GetAsync(use.Key, token => DescribeAsync(tree, use.Paths, s_plain, "", token), cancellationToken).ConfigureAwait(false)]);
    }

    private async Task<Layer> DescribeAsync(TreeResult tree, IReadOnlySet<string>? paths, LayerOptions otherwise, string createdBy, CancellationToken cancellationToken)
    {
        var entries = tree.Files.ToEntries(paths);
        return (described.Takes(tree) ? await described.TryDescribeAsync([.. entries], createdBy, cancellationToken).ConfigureAwait(false) : null)
            ?? await WriteAsync(entries, otherwise, cancellationToken).ConfigureAwait(false) with { CreatedBy = createdBy };
    }

    private Task<Layer> WriteAsync(IEnumerable<TreeEntry> entries, LayerOptions how, CancellationToken cancellationToken) =>
        LayerWriter.WriteAsync(entries, store, how, "", cancellationToken);
}
