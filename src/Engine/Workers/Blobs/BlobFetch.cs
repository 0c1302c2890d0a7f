using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers.Blobs;

/// <summary>Brings single blobs of repositories and layouts into the store.</summary>
internal sealed class BlobFetch(IImageResolver images, LocalContentStore store)
{
    public LocalContentStore Store => store;

    /// <summary>Makes sure that a blob is here, and that where it is said to be has it: a digest alone gives nobody what others fetched. Returns its size; throws MBK1202 when it is not there,
    /// MBK1803 when a layout is not lent.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="attributes">Of its source: which layout of whose session.</param>
    /// <param name="session">Has what is lent.</param>
    /// <param name="cancellationToken">Leaves nothing in the store.</param>
    public async Task<long> BringAsync(BlobAddress address, IReadOnlyDictionary<string, string> attributes, IBuildSession session, CancellationToken cancellationToken)
    {
        var place = address.IsLent ? await FindLayoutAsync(address, attributes, session, cancellationToken).ConfigureAwait(false) : images.Open(address.Reference);
        var size = await place.FindSizeAsync(address.Digest, cancellationToken).ConfigureAwait(false) ?? throw NotThere(address);
        store.Retain(address.Digest);
        if (await store.FindSizeAsync(address.Digest, cancellationToken).ConfigureAwait(false) == size) return size;
        return await store.TryBringAsync(place, address.Digest, size, null, cancellationToken).ConfigureAwait(false) ? size : throw NotThere(address);
    }

    private static async Task<IContentSource> FindLayoutAsync(BlobAddress address, IReadOnlyDictionary<string, string> attributes, IBuildSession session, CancellationToken cancellationToken) =>
        await session.FindLayoutAsync(address.Name, attributes, cancellationToken).ConfigureAwait(false) ?? throw new SessionException(SessionException.NotLent, ErrorKind.FailedPrecondition,
            $"The graph asks for the layout '{attributes.GetValueOrDefault(SourceKeys.LayoutStore, address.Name)}', which this build does not lend. Give it a context of that name.");

    private static ContentException NotThere(BlobAddress address) =>
        new(ContentException.NotThere, ErrorKind.NotFound, $"'{address.Name}' has no blob '{address.Digest}'. Check the digest, and whether it was pushed there.");
}
