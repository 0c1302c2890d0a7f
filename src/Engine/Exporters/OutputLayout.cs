using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Exporters;

/// <summary>The layout that a build left, proven while it is read back. What the disk damaged is removed, so that the next build leaves it
/// anew: by its name and size alone it would pass for what it was.</summary>
public sealed class OutputLayout(string directory) : IContentSource
{
    private readonly ImageLayout _layout = new(directory);

    /// <summary>The image that the build left; throws MBK1202 when there is none.</summary>
    public Task<Descriptor> FindImageAsync(CancellationToken cancellationToken) => _layout.FindImageAsync(null, cancellationToken);

    /// <inheritdoc />
    public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => _layout.FindSizeAsync(digest, cancellationToken);

    /// <inheritdoc />
    public async ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken) =>
        await FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is null ? null
            : new BlobFileStream(Path.Combine(directory, "blobs", digest.Algorithm, digest.Hex), digest, Remove);

    private static void Remove(StoredFile damaged)
    {
        try
        {
            damaged.RemoveIfUnchanged();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is found again by the next who reads it.
        }
    }
}
