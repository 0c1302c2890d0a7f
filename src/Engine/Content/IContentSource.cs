using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Somewhere bytes can be had by digest: a store, a layout, an archive, a registry's repository.</summary>
public interface IContentSource
{
    /// <summary>The size in bytes, or <c>null</c> when the content is not there.</summary>
    ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>Opens the content from its first byte, or <c>null</c> when it is not there. The caller disposes the stream.
    /// A source that is not trusted (a registry) verifies the digest while it is read and throws at the end on a mismatch.</summary>
    ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken);
}
