using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;

namespace MsBuildKit.Engine.Packages;

/// <summary>Remembers what was composed of which packages, so that nothing is unpacked twice.</summary>
internal sealed class CompositionCache(ICacheIndex index, IContentStore store)
{
    // Raise it when the same packages come to give another image.
    private const int FormatVersion = 2;

    /// <summary>Names an image by all that decides its bytes.</summary>
    public static Digest KeyOf(CompositionRequest request, LockedArchitecture part)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"compose {FormatVersion} {new LayerOptions().Fingerprint} {request.Distribution} {request.Platform} {request.SourceDateEpoch} {request.ExcludeDocs}\n");
        foreach (var locked in part.Packages) text.Append(CultureInfo.InvariantCulture, $"{locked.Package.Name} {locked.Package.Version} {locked.Package.Sha256}\n");
        return Digest.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>The image, if all of it is still in the store.</summary>
    public async Task<ComposedDocuments?> FindAsync(Digest key, CancellationToken cancellationToken)
    {
        if (await index.FindAsync(key, cancellationToken).ConfigureAwait(false) is not { } record || Read(record) is not [{ } manifest, { } config, { } layer]) return null;
        foreach (var blob in new[] { manifest, config, layer })
        {
            store.Retain(blob.Digest);
            if (await store.FindSizeAsync(blob.Digest, cancellationToken).ConfigureAwait(false) != blob.Size) return null;
        }
        return new ComposedDocuments(manifest, config, layer);
    }

    public ValueTask SaveAsync(Digest key, ComposedDocuments image, CancellationToken cancellationToken) =>
        index.SaveAsync(key, OciJson.Write(new List<Descriptor> { image.Manifest, image.Config, image.Layer }), cancellationToken);

    private static List<Descriptor>? Read(byte[] record)
    {
        try
        {
            return OciJson.Read<List<Descriptor>>(record, "cache record");
        }
        catch (OciException)
        {
            return null;
        }
    }
}
