using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Writes a tree as a layer straight into a content store, in managed code, on any system (OCI image-spec, layer.md).</summary>
/// <remarks>The bytes depend on the entries and on <see cref="LayerOptions.Fingerprint"/> only: neither the number of cores nor their timing
/// shows, and nothing of the machine does.</remarks>
public static class LayerWriter
{
    /// <summary>Raised when the same entries come to give other bytes.</summary>
    public const int FormatVersion = 2;

    private static readonly byte[] s_zeros = new byte[2 * TarHeader.BlockSize];

    /// <summary>Writes <paramref name="entries"/> in the order they come: parents before children, a hard link after its first name.
    /// Throws MBK1501 when a file's size is not what its entry says, MBK1504 when it cannot be read.</summary>
    public static Task<Layer> WriteAsync(
        IEnumerable<TreeEntry> entries, IContentStore store, LayerOptions options, string createdBy, CancellationToken cancellationToken) =>
        WriteAsync(entries, store, options, createdBy, _ => Task.CompletedTask, cancellationToken);

    /// <summary>The same, and does something else with the tree while the disk makes the blob durable.</summary>
    /// <param name="entries">Its enumerator is disposed before <paramref name="whenRead"/> is called.</param>
    /// <param name="store">Gets the blob.</param>
    /// <param name="options">How it is compressed.</param>
    /// <param name="createdBy">For the image's history.</param>
    /// <param name="whenRead">Called with the DiffID once everything was read. What it throws is thrown when the blob is kept, which it stays.</param>
    /// <param name="cancellationToken">Leaves nothing in the store.</param>
    public static Task<Layer> WriteAsync(
        IEnumerable<TreeEntry> entries, IContentStore store, LayerOptions options, string createdBy, Func<Digest, Task> whenRead, CancellationToken cancellationToken) =>
        WriteAsync(entries, store, options, createdBy, whenRead, null, cancellationToken);

    /// <summary>The same for a layer that may have much in common with the one that was written under its name before.</summary>
    internal static async Task<Layer> WriteAsync(
        IEnumerable<TreeEntry> entries, LocalContentStore store, LayerOptions options, string createdBy, string name, CancellationToken cancellationToken)
    {
        using var earlier = options.Compression == Compression.None ? null : EarlierBlocks.Open(store, name, options);
        return await WriteAsync(entries, store, options, createdBy, _ => Task.CompletedTask, earlier, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Layer> WriteAsync(
        IEnumerable<TreeEntry> entries, IContentStore store, LayerOptions options, string createdBy, Func<Digest, Task> whenRead, EarlierBlocks? earlier, CancellationToken cancellationToken)
    {
        var ingest = store.BeginIngest();
        await using (ingest.ConfigureAwait(false))
        {
            var pipeline = new BlockPipeline(options, earlier, ingest, cancellationToken);
            await using (pipeline.ConfigureAwait(false))
            {
                foreach (var entry in entries)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await pipeline.WriteAsync(TarHeader.Encode(entry)).ConfigureAwait(false);
                    if (entry.Size > 0) await CopyAsync(entry, pipeline).ConfigureAwait(false);
                }
                await pipeline.WriteAsync(s_zeros).ConfigureAwait(false);
                var diffId = await pipeline.CompleteAsync().ConfigureAwait(false);
                var beside = Task.Run(() => whenRead(diffId), CancellationToken.None);
                var digest = await CommitAsync(ingest, beside, cancellationToken).ConfigureAwait(false);
                earlier?.Save(digest);
                return new Layer
                {
                    DiffId = diffId,
                    Blob = new Descriptor { MediaType = MediaTypes.Layer(options.Compression), Digest = digest, Size = ingest.Length },
                    CreatedBy = createdBy,
                };
            }
        }
    }

    private static async Task<Digest> CommitAsync(ContentIngest ingest, Task beside, CancellationToken cancellationToken)
    {
        try
        {
            return await ingest.CommitAsync(null, null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await beside.ConfigureAwait(false);
        }
    }

    private static async Task CopyAsync(TreeEntry entry, BlockPipeline pipeline)
    {
        long copied = 0;
        try
        {
            using var content = entry.Open?.Invoke() ?? throw Changed(entry);
            while (copied < entry.Size)
            {
                var room = pipeline.Free[..(int)Math.Min(pipeline.Free.Length, entry.Size - copied)];
                var read = content.Read(room.Span);
                if (read == 0) throw Changed(entry);
                copied += read;
                await pipeline.AdvanceAsync(read).ConfigureAwait(false);
            }
            if (content.ReadByte() >= 0) throw Changed(entry);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SnapshotException(SnapshotException.CannotReadFile, ErrorKind.FailedPrecondition,
                $"The file for '/{entry.Path}' cannot be read: {e.Message.TrimEnd('.')}. Check its permissions and publish again.", e);
        }
        var padding = (int)(-copied & (TarHeader.BlockSize - 1));
        await pipeline.WriteAsync(s_zeros.AsMemory(0, padding)).ConfigureAwait(false);
    }

    private static SnapshotException Changed(TreeEntry entry) => new(SnapshotException.FileChanged, ErrorKind.FailedPrecondition,
        $"The file for '/{entry.Path}' changed while it was read. Stop what writes to it and publish again.");
}
