using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Leaves the file tree of an image instead of the image: what BuildKit calls the <c>tar</c> and <c>local</c> exporters.</summary>
public sealed class TreeExporter(LocalContentStore store, ILayerProvider layers)
{
    /// <summary>Writes a tar with owners, modes and attributes as the image has them, beside <paramref name="path"/>, and renames it. The same image gives
    /// the same tar.</summary>
    public async Task WriteTarAsync(AssembledImage image, string path, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var file = StagedFile.Create(path);
            await using (file.ConfigureAwait(false))
                await WriteTarAsync(image, file, cancellationToken).ConfigureAwait(false);
            File.Move(path + StagedFile.Ending, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExportException.CannotWriteTo($"The tar '{path}' cannot be written", path, 0, "ContainerOutput", e);
        }
        finally
        {
            StagedFile.Drop(path + StagedFile.Ending);
        }
    }

    /// <summary>Writes below a directory, where what is there of other names stays. Answers with the files. What is no file, directory or link is left
    /// out; everything is the caller's, so no file is setuid or setgid.</summary>
    public async Task<IReadOnlyList<string>> WriteFolderAsync(AssembledImage image, string directory, CancellationToken cancellationToken)
    {
        var folder = new TreeFolder(directory);
        try
        {
            Directory.CreateDirectory(directory);
            foreach (var (manifest, prefix) in Placed(image))
            {
                var tree = await TreeReader.OpenAsync(manifest.Layers, store, layers, cancellationToken).ConfigureAwait(false);
                foreach (var entry in tree.Names.Where(n => n.Type == TreeEntryType.Directory)) folder.MakeFolder(Below(prefix, entry));
                await tree.ReadFilesAsync((entry, content) => folder.WriteAsync(Below(prefix, entry), content, cancellationToken), cancellationToken).ConfigureAwait(false);
                foreach (var entry in tree.Names) await folder.LinkAsync(Below(prefix, entry), cancellationToken).ConfigureAwait(false);
            }
            folder.Complete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExportException.CannotWriteTo($"The files of the image cannot be written to '{directory}'", directory, 0, "ContainerOutput", e);
        }
        return folder.Files;
    }

    // Where each file will be is known beforehand: so all is in order, and each layer is still read from its beginning to its end.
    private async Task WriteTarAsync(AssembledImage image, FileStream output, CancellationToken cancellationToken)
    {
        var end = 0L;
        foreach (var (manifest, prefix) in Placed(image))
        {
            var tree = await TreeReader.OpenAsync(manifest.Layers, store, layers, cancellationToken).ConfigureAwait(false);
            var places = new Dictionary<string, long>(StringComparer.Ordinal);
            output.Position = end;
            if (prefix.Length > 0) output.Write(TarHeader.Encode(new TreeEntry { Path = prefix, Type = TreeEntryType.Directory, Mode = 0b111_101_101 }));
            foreach (var entry in tree.Names)
            {
                output.Write(TarHeader.Encode(Below(prefix, entry)));
                places[entry.Path] = output.Position;
                output.Position += (entry.Size + TarHeader.BlockSize - 1) / TarHeader.BlockSize * TarHeader.BlockSize;
            }
            end = output.Position;
            await tree.ReadFilesAsync(async (entry, content) =>
            {
                if (content is null) return;
                output.Position = places[entry.Path];
                await content.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }
        output.Position = end;
        output.Write(new byte[2 * TarHeader.BlockSize]);
    }

    private static IEnumerable<(AssembledManifest Manifest, string Prefix)> Placed(AssembledImage image) =>
        image.Manifests.Select(m => (m, image.Manifests.Count > 1 ? m.Platform.ToString().Replace('/', '_') : ""));

    private static TreeEntry Below(string prefix, TreeEntry entry) => prefix.Length == 0 ? entry
        : entry with { Path = $"{prefix}/{entry.Path}", Link = entry.Type == TreeEntryType.HardLink ? $"{prefix}/{entry.Link}" : entry.Link };
}
