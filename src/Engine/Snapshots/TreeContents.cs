using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Opens files of a tree in any order and anywhere in them. The first that is asked for of a layer brings all that the tree has of the layer into a
/// file on the store's disk, so that each layer is unpacked once; disposing removes it.</summary>
/// <remarks>Streams that are open are read no further once this is disposed.</remarks>
internal sealed class TreeContents(TreeReader tree, LocalContentStore store) : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, int> _layers = tree.Layers();
    private readonly SharedWork<int, UnpackedLayer> _unpacked = new();
    private readonly ConcurrentBag<FileStream> _files = [];

    /// <summary>What a file contains from an offset on.</summary>
    public async ValueTask<Stream> OpenAsync(TreeEntry file, long offset, CancellationToken cancellationToken)
    {
        if (offset >= file.Size) return Stream.Null;
        var layer = await _unpacked.GetAsync(_layers[file.Path], token => UnpackAsync(_layers[file.Path], token), cancellationToken).ConfigureAwait(false);
        return new FileWindow(layer.File.SafeFileHandle, layer.Places[file.Path] + offset, file.Size - offset);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var file in _files) await file.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<UnpackedLayer> UnpackAsync(int layer, CancellationToken cancellationToken)
    {
        var unpacked = new UnpackedLayer(store.CreatePassingFile(), new Dictionary<string, long>(StringComparer.Ordinal));
        try
        {
            await tree.ReadFilesAsync(layer, (entry, content) => KeepAsync(unpacked, entry, content, cancellationToken), cancellationToken).ConfigureAwait(false);
            await unpacked.File.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await unpacked.File.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        _files.Add(unpacked.File);
        return unpacked;
    }

    private async ValueTask KeepAsync(UnpackedLayer unpacked, TreeEntry entry, Stream? content, CancellationToken cancellationToken)
    {
        unpacked.Places[entry.Path] = unpacked.File.Position;
        if (content is null) return;
        try
        {
            await content.CopyToAsync(unpacked.File, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e) when (!BrokenArchive.Is(e))
        {
            throw store.CannotKeep(e, entry.Size);
        }
    }

    private sealed record UnpackedLayer(FileStream File, Dictionary<string, long> Places);
}
