using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>All images of a layout directory or an archive.</summary>
/// <param name="Place">The directory or file, for messages.</param>
/// <param name="Source">Where their bytes are.</param>
/// <param name="Index">What is in it. For what <c>docker save</c> wrote, an index that says the same.</param>
public sealed record LocalImages(string Place, IContentSource Source, ImageIndex Index)
{
    /// <summary>Opens an absolute path. Throws MBK1202 when nothing is there, MBK1204 when it is neither a layout nor an archive.</summary>
    public static async Task<LocalImages> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path))
        {
            var layout = new ImageLayout(path);
            return new LocalImages(path, layout, await layout.ReadIndexAsync(cancellationToken).ConfigureAwait(false));
        }
        var archive = await ImageArchive.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        return new LocalImages(path, archive, archive.ReadIndex());
    }

    /// <summary>The image of a tag or full name, or the only image; throws MBK1202 with the tags there are.</summary>
    public Descriptor Find(string? tag) => ImageLayout.Choose(Index, tag, Place);
}
