using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Asks whether a blob is what its digest promises, for those who cannot tell from what they make of it.</summary>
internal static class ContentProof
{
    /// <summary>Reads the blob, should it be there, to its end. A store throws MBK1208 when it is damaged, and has removed it then.</summary>
    public static async Task ProveAsync(this IContentSource source, Digest digest, CancellationToken cancellationToken)
    {
        if (await source.FindAsync(digest, cancellationToken).ConfigureAwait(false) is not { } content) return;
        await using (content.ConfigureAwait(false)) await content.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
    }
}
