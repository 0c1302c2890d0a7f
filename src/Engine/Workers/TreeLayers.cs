using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>Lent trees as layers, for whom it is not enough to read them in place. Each is written once in a build.</summary>
internal sealed class TreeLayers(IContentStore store, LayerOptions options)
{
    private static readonly FileActionCopy s_all = new() { Src = "/", Dest = "/", DirCopyContents = true, Mode = -1, Timestamp = -1 };

    private readonly SharedWork<Digest, Layer> _written = new();

    /// <summary>What a vertex gave, as layers.</summary>
    /// <param name="result">Layers, or a lent tree.</param>
    /// <param name="createdBy">What an image's history says of the layer of a lent tree.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<LayerChain> ChainOfAsync(VertexResult result, string createdBy, CancellationToken cancellationToken)
    {
        if (result is not TreeResult tree) return ((LayersResult)result).Chain;
        var layer = await _written.GetAsync(tree.Fingerprint, token => WriteAsync(tree, token), cancellationToken).ConfigureAwait(false);
        return new LayerChain([layer with { CreatedBy = createdBy }]);
    }

    private Task<Layer> WriteAsync(TreeResult tree, CancellationToken cancellationToken)
    {
        var entries = new ScratchTree();
        entries.Copy(s_all, tree);
        return LayerWriter.WriteAsync(entries.Entries, store, options, "", cancellationToken);
    }
}
