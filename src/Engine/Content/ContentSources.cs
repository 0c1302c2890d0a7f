using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Several sources as one: the first that has something gives it.</summary>
public sealed class ContentSources(params IReadOnlyList<IContentSource> sources) : IContentSource
{
    /// <inheritdoc />
    public async ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken)
    {
        foreach (var source in sources)
            if (await source.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is { } size)
                return size;
        return null;
    }

    /// <inheritdoc />
    public async ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        foreach (var source in sources)
            if (await source.FindAsync(digest, cancellationToken).ConfigureAwait(false) is { } content)
                return content;
        return null;
    }
}
