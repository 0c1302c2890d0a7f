using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Finds the images in a store. It keeps no list of them, for builds need none: its documents are looked through.</summary>
public static class StoreImages
{
    /// <summary>Indexes and manifests that no other document there contains, the last used first. Unreadable documents are passed over:
    /// to find those is what verification is for. Throws MBK1206 when the folder is no store.</summary>
    public static async Task<LocalImages> FindAsync(string root, CancellationToken cancellationToken)
    {
        var contained = new HashSet<Digest>();
        var found = new List<Descriptor>();
        foreach (var blob in StoreInventory.Read(root).Blobs.OrderByDescending(b => b.File.LastUsed).ThenBy(b => b.Digest.ToString(), StringComparer.Ordinal))
        {
            if (blob.File.Size > OciJson.MaxDocumentSize || await ReadAsync(blob.File.Path, cancellationToken).ConfigureAwait(false) is not { } bytes) continue;
            if (TryDescribe(bytes, blob, contained) is { } descriptor) found.Add(descriptor);
        }
        var index = new ImageIndex { Manifests = [.. found.Where(d => !contained.Contains(d.Digest))] };
#pragma warning disable CA2000 // It is only read from, which opens nothing that would have to be closed.
        return new LocalImages(root, new LocalContentStore(root), index);
#pragma warning restore CA2000
    }

    private static async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);
            await using (file.ConfigureAwait(false))
            {
                if (file.ReadByte() != '{') return null;
                var bytes = new byte[file.Length];
                bytes[0] = (byte)'{';
                await file.ReadExactlyAsync(bytes.AsMemory(1), cancellationToken).ConfigureAwait(false);
                return bytes.AsSpan().IndexOf("\"schemaVersion\""u8) < 0 ? null : bytes;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Descriptor? TryDescribe(byte[] bytes, StoredBlob blob, HashSet<Digest> contained)
    {
        try
        {
            var mediaType = OciJson.MediaTypeOf(bytes);
            if (MediaTypes.IsIndex(mediaType)) contained.UnionWith(ImageIndex.Parse(bytes, mediaType).Manifests.Select(m => m.Digest));
            else if (!MediaTypes.IsManifest(mediaType) || !IsImage(ImageManifest.Parse(bytes, mediaType))) return null;
            return new Descriptor { MediaType = mediaType, Digest = blob.Digest, Size = bytes.Length };
        }
        catch (OciException)
        {
            return null;
        }
    }

    private static bool IsImage(ImageManifest manifest) => manifest.Config.MediaType is MediaTypes.OciConfig or MediaTypes.DockerConfig;
}
