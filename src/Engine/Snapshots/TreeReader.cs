using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Reads the tree of an image out of its layers, without unpacking them.</summary>
internal sealed class TreeReader
{
    private readonly LocalContentStore _store;
    private readonly IReadOnlyList<Layer> _chain;
    private readonly List<TreeEntry> _names = [];
    private readonly Dictionary<(int Layer, int Number), TreeEntry> _files = [];

    private TreeReader(LocalContentStore store, IReadOnlyList<Layer> chain) => (_store, _chain) = (store, chain);

    /// <summary>Every name once, in <see cref="NameOrder"/>: a directory before what is in it, a file before its second names.</summary>
    public IReadOnlyList<TreeEntry> Names => _names;

    /// <summary>What the layers say of the root.</summary>
    public TreeEntry Root { get; private set; } = new() { Path = "", Type = TreeEntryType.Directory, Mode = 0 };

    /// <summary>Reads what there is. All layers are what they promise when this returns.</summary>
    /// <param name="chain">From the bottom up.</param>
    /// <param name="store">Has their blobs.</param>
    /// <param name="layers">Brings those that are not there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<TreeReader> OpenAsync(IReadOnlyList<Layer> chain, LocalContentStore store, ILayerProvider layers, CancellationToken cancellationToken)
    {
        await Task.WhenAll(chain.Select(l => layers.EnsureAsync(l, cancellationToken))).ConfigureAwait(false);
        var (reader, tree) = (new TreeReader(store, chain), new MergedTree());
        foreach (var layer in chain)
        {
            tree.BeginLayer();
            await reader.ReadAsync(layer, (entry, _) =>
            {
                tree.Add(entry);
                return ValueTask.CompletedTask;
            }, cancellationToken).ConfigureAwait(false);
        }
        reader.Name(tree);
        return reader;
    }

    /// <summary>Hands on every file with its content, in the order of the layers: only so is each read once.</summary>
    public async Task ReadFilesAsync(Func<TreeEntry, Stream?, ValueTask> visit, CancellationToken cancellationToken)
    {
        foreach (var layer in _files.Keys.Select(k => k.Layer).Distinct().Order()) await ReadFilesAsync(layer, visit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same of those that one layer brings.</summary>
    public Task ReadFilesAsync(int layer, Func<TreeEntry, Stream?, ValueTask> visit, CancellationToken cancellationToken)
    {
        var number = 0;
        return ReadAsync(_chain[layer], (_, content) => _files.TryGetValue((layer, number++), out var file) ? visit(file, content) : ValueTask.CompletedTask, cancellationToken);
    }

    /// <summary>Which layer brings each file, counted from the bottom, by path.</summary>
    public IReadOnlyDictionary<string, int> Layers() => _files.ToDictionary(f => f.Value.Path, f => f.Key.Layer, StringComparer.Ordinal);

    private void Name(MergedTree tree)
    {
        Root = tree.Root;
        foreach (var (name, entry) in tree.Names())
        {
            _names.Add(name);
            if (name.Type == TreeEntryType.File) _files.Add((entry.Layer, entry.Number), name);
        }
    }

    private async Task ReadAsync(Layer layer, Func<TreeEntry, Stream?, ValueTask> visit, CancellationToken cancellationToken)
    {
        var blob = await _store.FindAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{layer.Blob.Digest}' vanished from the store '{_store.Root}'. Build again.");
        await using (blob.ConfigureAwait(false))
            await LayerReader.ReadAsync(blob, MediaTypes.LayerCompression(layer.Blob.MediaType) ?? Compression.None, layer.DiffId, visit, cancellationToken).ConfigureAwait(false);
    }
}
