using System.Security.Cryptography;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Finds a platform's image below a descriptor, in any source.</summary>
public static class ImageResolution
{
    // An index may hold an index; more than a few is somebody's trick.
    private const int DeepestIndex = 3;

    /// <summary>Follows <paramref name="root"/> to the manifest of <paramref name="platform"/> and reads its configuration, checking every
    /// digest, size and count. Throws MBK1203 when there is no such platform, MBK1204 when a document is unusable.</summary>
    /// <param name="source">Has the image.</param>
    /// <param name="root">An index, or a manifest.</param>
    /// <param name="platform">Whose image is wanted.</param>
    /// <param name="takesOnlyImage">A manifest that no index leads to is taken for every platform: who asked for it must know why.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<ResolvedImage> ResolveAsync(
        IContentSource source, Descriptor root, Platform platform, bool takesOnlyImage, CancellationToken cancellationToken)
    {
        var manifest = root;
        for (var depth = 0; MediaTypes.IsIndex(manifest.MediaType); depth++)
        {
            if (depth == DeepestIndex) throw Unreadable(root, "its indexes are nested too deep");
            var index = ImageIndex.Parse(await ReadAsync(source, manifest, cancellationToken).ConfigureAwait(false), manifest.MediaType);
            if (index.Manifests.Any(m => m is null)) throw Unreadable(root, "its index lists nothing where an image should be");
            manifest = index.FindPlatform(platform) ?? OnlyNestedIndex(index) ?? throw NoPlatform(root, platform, index);
        }
        var document = ImageManifest.Parse(await ReadAsync(source, manifest, cancellationToken).ConfigureAwait(false), manifest.MediaType);
        var config = ImageConfig.Parse(await ReadAsync(source, document.Config, cancellationToken).ConfigureAwait(false));
        Check(root, document, config);
        if (!platform.Matches(config.Platform) && !(takesOnlyImage && manifest == root)) throw NoPlatform(root, platform, config.Platform.ToString());
        return new ResolvedImage(root, manifest, document, config, source);
    }

    /// <summary>The same, with a manifest for the platform that it says it is for alone.</summary>
    public static Task<ResolvedImage> ResolveAsync(IContentSource source, Descriptor root, Platform platform, CancellationToken cancellationToken) =>
        ResolveAsync(source, root, platform, takesOnlyImage: false, cancellationToken);

    /// <summary>The descriptor of an image or index of which only the digest is known. Throws MBK1202 when it is not there.</summary>
    /// <param name="source">Has it.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="place">What people call the source.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Descriptor> DescribeAsync(IContentSource source, Digest digest, string place, CancellationToken cancellationToken)
    {
        var size = await source.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{place}' has no '{digest}'. Name a digest that is in it, or a tag.");
        var document = await ReadAsync(source, new Descriptor { MediaType = MediaTypes.OciManifest, Digest = digest, Size = size }, cancellationToken).ConfigureAwait(false);
        return new Descriptor { MediaType = OciJson.MediaTypeOf(document), Digest = digest, Size = size };
    }

    /// <summary>Reads a small document whole and verifies it against its descriptor.</summary>
    public static async Task<byte[]> ReadAsync(IContentSource source, Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (descriptor.Size is < 0 or > OciJson.MaxDocumentSize) throw Unreadable(descriptor, $"it is {descriptor.Size} bytes long");
        var stream = await source.FindAsync(descriptor.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{descriptor.Digest}' is not there: the image is incomplete. Get it again.");
        await using (stream.ConfigureAwait(false))
        {
            // One more byte than there may be, to see that there is none.
            var buffer = new byte[descriptor.Size + 1];
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var bytes = buffer[..(int)descriptor.Size];
            if (read != bytes.Length || !Matches(bytes, descriptor.Digest))
                throw Unreadable(descriptor, "its bytes are not those that its digest and size promise");
            return bytes;
        }
    }

    private static bool Matches(byte[] bytes, Digest digest) =>
        digest.Hex == Convert.ToHexStringLower(digest.Algorithm == "sha512" ? SHA512.HashData(bytes) : SHA256.HashData(bytes));

    private static void Check(Descriptor root, ImageManifest document, ImageConfig config)
    {
        if (document.Layers.Count != config.RootFs.DiffIds.Count)
            throw Unreadable(root, $"it has {document.Layers.Count} layers, but its configuration tells of {config.RootFs.DiffIds.Count}");
        if (document.Layers.Any(l => l is null) || config.History?.Any(h => h is null) == true) throw Unreadable(root, "its layers or its history have gaps");
        var odd = document.Layers.FirstOrDefault(l => MediaTypes.LayerCompression(l.MediaType) is null || l.Size < 0);
        if (odd is not null) throw new OciException(OciException.UnknownMediaType, $"The layer type '{odd.MediaType}' of '{root.Digest}' cannot be read here. Ask for an image with tar, gzip or zstd layers.");
    }

    private static Descriptor? OnlyNestedIndex(ImageIndex index) =>
        index.Manifests is [var only] && only.Platform is null ? only : null;

    private static ContentException NoPlatform(Descriptor root, Platform platform, ImageIndex index) =>
        NoPlatform(root, platform, string.Join(", ", index.Manifests
            .Where(m => m.Platform is { Os: not "unknown" } && m.Annotations?.ContainsKey(AnnotationKeys.ReferenceType) != true).Select(m => m.Platform!.Normalize().ToString()).Distinct()));

    private static ContentException NoPlatform(Descriptor root, Platform platform, string offered) => new(
        ContentException.PlatformNotThere, ErrorKind.NotFound,
        $"The image '{root.Digest}' is not for '{platform}', only for: {(offered.Length == 0 ? "no platform it names" : offered)}. Choose another base or RuntimeIdentifier.");

    private static ContentException Unreadable(Descriptor root, string why) => new(
        ContentException.UnreadableImage, ErrorKind.Invalid, $"The image '{root.Digest}' cannot be used: {why}. Get it again from a source you trust.");
}
