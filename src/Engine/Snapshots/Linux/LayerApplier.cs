using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Unpacks layers into trees (OCI image-spec, layer.md), inside the namespaces of a worker process.</summary>
/// <remarks>
/// A layer is not trusted. Whatever its names and links say, <see cref="RootedTree"/> keeps it inside; and what has no place there is refused
/// (MBK1503). A file that is uid N in the image is N + <c>idShift</c> on disk; an owner that the namespace does not map is MBK1507. Devices
/// cannot be made here and are left out: a step gets a <c>/dev</c> of its own, and the blob, which is what images are made of, still has them.
/// Directories that a layer implies and does not name belong to root, have mode 0755 and the time 0.
/// </remarks>
/// <param name="idShift">What is added to owners.</param>
public sealed class LayerApplier(int idShift)
{
    /// <summary>Unpacks one layer, and proves at the end that it was the one that was promised: until this returns, the tree counts for
    /// nothing.</summary>
    /// <param name="blob">The layer as it is shipped.</param>
    /// <param name="compression">Of the blob.</param>
    /// <param name="diffId">The digest of its plain bytes.</param>
    /// <param name="directory">An empty directory for a bottom layer, else an overlay of what is below, whose upper directory gets the layer.</param>
    /// <param name="isBottom">There is nothing below, so that whiteouts mean nothing.</param>
    /// <param name="cancellationToken">Leaves the directory half done.</param>
    public async Task<AppliedLayer> ApplyAsync(Stream blob, Compression compression, Digest diffId, string directory, bool isBottom, CancellationToken cancellationToken)
    {
        using var tree = RootedTree.Open(directory);
        var placement = new LayerPlacement(tree, idShift, isBottom);
        await LayerReader.ReadAsync(blob, compression, diffId, (entry, content) => PlaceAsync(placement, entry, content, diffId, cancellationToken), cancellationToken).ConfigureAwait(false);
        return placement.Complete();
    }

    /// <summary>The same of a layer that nobody has written. What is in its files proves itself when it is read.</summary>
    internal async Task<AppliedLayer> ApplyAsync(IEnumerable<TreeEntry> entries, Digest diffId, string directory, bool isBottom, CancellationToken cancellationToken)
    {
        using var tree = RootedTree.Open(directory);
        var placement = new LayerPlacement(tree, idShift, isBottom);
        foreach (var entry in entries)
        {
            using var content = entry.Size > 0 ? entry.Open?.Invoke() : null;
            await PlaceAsync(placement, entry, content, diffId, cancellationToken).ConfigureAwait(false);
        }
        return placement.Complete();
    }

    private static async ValueTask PlaceAsync(LayerPlacement placement, TreeEntry entry, Stream? content, Digest diffId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await placement.PlaceAsync(entry, content, cancellationToken).ConfigureAwait(false);
        }
        catch (SnapshotException e) when (e.Code == SnapshotException.NoSuchPath)
        {
            throw new SnapshotException(SnapshotException.InvalidEntry, ErrorKind.Invalid,
                $"The layer '{diffId}' has an entry '/{entry.Path}' that has no place in its image: {e.Message.TrimEnd('.')}. Do not use this image.", e);
        }
    }
}
