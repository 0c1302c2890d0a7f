using System.Collections.Concurrent;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>Layers that are described and not written: of what a build only keeps, or only shows to its steps, nobody may ever want the bytes.</summary>
/// <remarks>A description is of use as long as the build has trees with the contents that it names. One that is found again is not, when they are elsewhere by now:
/// the copy that it is of is then described anew, which costs no more than looking at names.</remarks>
/// <param name="store">Gets descriptions and layers.</param>
/// <param name="places">Where contents are.</param>
/// <param name="options">How layers are written.</param>
/// <param name="index">Remembers what was written; <c>null</c> for no memory.</param>
internal sealed class DescribedLayers(LocalContentStore store, LentPlaces places, LayerOptions options, ICacheIndex? index = null)
{
    private readonly ConcurrentDictionary<Digest, IReadOnlyList<TreeEntry>> _entries = new();
    private readonly ConcurrentDictionary<Digest, string> _series = new();
    private readonly SharedWork<Digest, Layer> _written = new();

    /// <summary>Describes entries as a layer; <c>null</c> when too much of their content has no digest.</summary>
    /// <param name="entries">Parents before children.</param>
    /// <param name="createdBy">For the image's history.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<Layer?> TryDescribeAsync(IReadOnlyList<TreeEntry> entries, string createdBy, CancellationToken cancellationToken)
    {
        if (TreeDescription.TryWrite(entries) is not { } document) return null;
        var blob = await store.PutAsync(TreeDescription.MediaType, document, cancellationToken).ConfigureAwait(false);
        _entries[blob.Digest] = entries;
        return new Layer { DiffId = blob.Digest, Blob = blob, CreatedBy = createdBy };
    }

    /// <summary>Says that a layer is likely to have much in common with the one that was written under the same name before.</summary>
    public void Name(Layer layer, string series) => _series[layer.Blob.Digest] = series;

    /// <summary>What a description says; <c>null</c> when it is gone, or a content of it is.</summary>
    public async Task<IReadOnlyList<TreeEntry>?> FindAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (_entries.TryGetValue(layer.Blob.Digest, out var known)) return known;
        if (await TreeDescription.FindAsync(store, layer, places.Open, cancellationToken).ConfigureAwait(false) is not { } entries) return null;
        return entries.Any(e => e.Content is { } content && !places.Has(content)) ? null : _entries[layer.Blob.Digest] = entries;
    }

    /// <summary>Where a worker finds what the described layers of chains are made of.</summary>
    public IReadOnlyList<LentContents> TablesFor(IEnumerable<LayerChain> chains) => chains.Any(c => c.Layers.Any(l => l.IsDescribed)) ? places.Tables() : [];

    /// <summary>The files of a tree can be described.</summary>
    public bool Takes(TreeResult tree) => places.Has(tree);

    /// <summary>The chain with its described layers written.</summary>
    public async Task<LayerChain> WriteAsync(LayerChain chain, CancellationToken cancellationToken) => !chain.Layers.Any(l => l.IsDescribed) ? chain
        : new LayerChain(await Task.WhenAll(chain.Layers.Select(l => l.IsDescribed ? WriteAsync(l, cancellationToken) : Task.FromResult(l))).ConfigureAwait(false));

    /// <summary>The layer that a description became when somebody wanted it; <c>null</c> when nobody has.</summary>
    public async Task<Layer?> FindWrittenAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (index is null || await index.FindAsync(KeyOf(layer), cancellationToken).ConfigureAwait(false) is not { } record) return null;
        if (ChainRecord.Read(record, _ => throw new OciException(OciException.UnknownMediaType, "a described layer came from elsewhere")) is not [{ Layers: [var written] }]) return null;
        store.Retain(written.Blob.Digest);
        return await store.FindSizeAsync(written.Blob.Digest, cancellationToken).ConfigureAwait(false) == written.Blob.Size ? written with { CreatedBy = layer.CreatedBy } : null;
    }

    private async Task<Layer> WriteAsync(Layer layer, CancellationToken cancellationToken)
    {
        var written = await _written.GetAsync(layer.Blob.Digest, token => FindOrWriteAsync(layer, token), cancellationToken).ConfigureAwait(false);
        return written with { CreatedBy = layer.CreatedBy };
    }

    private async Task<Layer> FindOrWriteAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (await FindWrittenAsync(layer, cancellationToken).ConfigureAwait(false) is { } known) return known;
        var entries = await FindAsync(layer, cancellationToken).ConfigureAwait(false) ?? throw WorkerException.ContentGone(layer.Blob.Digest);
        var written = await LayerWriter.WriteAsync(entries, store, options, layer.CreatedBy, _series.GetValueOrDefault(layer.Blob.Digest, layer.CreatedBy), cancellationToken).ConfigureAwait(false);
        if (index is not null && ChainRecord.Write([new LayersResult(new LayerChain([written]))]) is { } record)
            await index.SaveAsync(KeyOf(layer), record, cancellationToken).ConfigureAwait(false);
        return written;
    }

    private Digest KeyOf(Layer layer) => Digest.Of(Encoding.ASCII.GetBytes($"written {layer.Blob.Digest} {options.Fingerprint}"));
}
