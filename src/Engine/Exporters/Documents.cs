using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Configurations, manifests and their like in a store.</summary>
internal static class Documents
{
    /// <summary>Makes sure that the store has a document, and keeps it there.</summary>
    public static async Task<Descriptor> PutAsync(IContentStore store, string mediaType, byte[] bytes, CancellationToken cancellationToken)
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
}
