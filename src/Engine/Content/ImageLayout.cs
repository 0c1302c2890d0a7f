using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>An OCI layout directory that somebody made (OCI image-spec, image-layout.md). It is only read.</summary>
public sealed class ImageLayout(string directory) : IContentSource
{
    /// <inheritdoc />
    public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) =>
        new(FindFile(digest) is { } path ? new FileInfo(path).Length : null);

    /// <inheritdoc />
    public ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken) =>
        new(FindFile(digest) is { } path ? PlainFile.Find(path) : null);

    /// <summary>The image of a tag, or the only image; throws MBK1202 with the tags there are.</summary>
    public async Task<Descriptor> FindImageAsync(string? tag, CancellationToken cancellationToken) =>
        Choose(await ReadIndexAsync(cancellationToken).ConfigureAwait(false), tag, directory);

    /// <summary>What is in the layout; throws MBK1202 when it is none.</summary>
    public async Task<ImageIndex> ReadIndexAsync(CancellationToken cancellationToken)
    {
        var path = Path.Combine(directory, "index.json");
        if (!File.Exists(path))
            throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{directory}' is no OCI layout: it has no index.json. Name the folder that holds one.");
        var file = PlainFile.Find(path) ?? throw Unreadable(path, "is no plain file");
        await using (file.ConfigureAwait(false))
        {
            var buffer = new byte[OciJson.MaxDocumentSize + 1];
            var read = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read == buffer.Length) throw Unreadable(path, $"is larger than {OciJson.MaxDocumentSize} bytes");
            return ImageIndex.Parse(buffer.AsMemory(0, read));
        }
    }

    internal static Descriptor Choose(ImageIndex index, string? tag, string place)
    {
        var images = index.Manifests.Where(m => m is not null && m.Annotations?.ContainsKey(AnnotationKeys.ReferenceType) != true).ToList();
        var named = tag is null ? images : [.. images.Where(m => TagOf(m) == tag || NameOf(m) == tag)];
        if (named.Select(m => m.Digest).Distinct().Count() == 1) return named[0];
        if (images.Count == 0) throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{place}' holds no image. Make it again.");
        var tags = string.Join(", ", images.Select(m => TagOf(m) ?? m.Digest.ToString()).Distinct());
        throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, tag is null
            ? $"'{place}' holds {images.Count} images: name one of its tags ({tags})."
            : $"'{place}' has no image '{tag}', only: {tags}. Name one of these.");
    }

    private static string? TagOf(Descriptor descriptor) => descriptor.Annotations?.GetValueOrDefault(AnnotationKeys.RefName);

    private static string? NameOf(Descriptor descriptor) => descriptor.Annotations?.GetValueOrDefault(AnnotationKeys.ContainerdImageName);

    // A link could lead anywhere, to what another may read and the image's maker may not; nobody who makes layouts uses one.
    private string? FindFile(Digest digest)
    {
        var blobs = Path.Combine(directory, "blobs");
        var folder = Path.Combine(blobs, digest.Algorithm);
        var file = new FileInfo(Path.Combine(folder, digest.Hex));
        return file.Exists && file.LinkTarget is null && new DirectoryInfo(folder).LinkTarget is null && new DirectoryInfo(blobs).LinkTarget is null ? file.FullName : null;
    }

    private static ContentException Unreadable(string path, string why) =>
        new(ContentException.UnreadableImage, ErrorKind.Invalid, $"'{path}' {why}. Make the layout anew.");
}
