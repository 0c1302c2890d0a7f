using System.Buffers;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Ways in which whole blobs come into a store.</summary>
internal static class StoreWriting
{
    private const int BufferSize = 1 << 17;

    /// <summary>Makes sure that the store has a document, and keeps it there.</summary>
    public static async Task<Descriptor> PutAsync(this IContentStore store, string mediaType, byte[] bytes, CancellationToken cancellationToken)
    {
        var descriptor = Descriptor.Of(mediaType, bytes);
        store.Retain(descriptor.Digest);
        if (await store.FindSizeAsync(descriptor.Digest, cancellationToken).ConfigureAwait(false) == bytes.Length) return descriptor;
        var ingest = store.BeginIngest();
        await using (ingest.ConfigureAwait(false))
        {
            await ingest.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            await ingest.CommitAsync(descriptor.Digest, bytes.Length, cancellationToken).ConfigureAwait(false);
        }
        return descriptor;
    }

    /// <summary>Copies a blob from elsewhere. Throws <see cref="ContentException"/> when it is not what it should be: nothing of it is kept then.</summary>
    /// <param name="store">Gets it.</param>
    /// <param name="source">Has it.</param>
    /// <param name="digest">Of the blob.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="wrote">Hears how many bytes have come so far.</param>
    /// <param name="cancellationToken">Leaves nothing in the store.</param>
    /// <returns>Whether the source has it.</returns>
    public static async Task<bool> TryBringAsync(this IContentStore store, IContentSource source, Digest digest, long size, Action<long>? wrote, CancellationToken cancellationToken)
    {
        var content = await source.FindAsync(digest, cancellationToken).ConfigureAwait(false);
        if (content is null) return false;
        await using var closedContent = content.ConfigureAwait(false);
        var ingest = store.BeginIngest(digest);
        await using var closedIngest = ingest.ConfigureAwait(false);
        await ingest.WriteAllAsync(content, size, wrote, cancellationToken).ConfigureAwait(false);
        await ingest.CommitAsync(digest, size, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Appends a stream, which may have no end: what has more than <paramref name="mostBytes"/> is left where it does, and <see cref="ContentIngest.Length"/> tells.</summary>
    public static async Task WriteAllAsync(this ContentIngest ingest, Stream content, long mostBytes, Action<long>? wrote, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int read; ingest.Length <= mostBytes && (read = await content.ReadAsync(buffer.AsMemory(0, BufferSize), cancellationToken).ConfigureAwait(false)) > 0;)
            {
                await ingest.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                wrote?.Invoke(ingest.Length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
