using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Leaves the file tree of an image instead of the image: what BuildKit calls the <c>tar</c> and <c>local</c> exporters.</summary>
/// <param name="store">Has the blobs of layers, and room for what is on its way.</param>
/// <param name="layers">Brings layers that are not there.</param>
/// <param name="options">How; <c>null</c> for the defaults.</param>
public sealed class TreeExporter(LocalContentStore store, ILayerProvider layers, TreeExportOptions? options = null)
{
    /// <summary>Reads what there is to export, for whoever carries it elsewhere. Throws MBK2207 when two files have one place.</summary>
    public Task<ExportedTree> OpenAsync(IReadOnlyList<PlatformTree> trees, CancellationToken cancellationToken) =>
        ExportedTree.OpenAsync(trees, options ?? new TreeExportOptions(), store, layers, cancellationToken);

    /// <summary>Writes a tar with owners, modes and attributes as the image has them, beside <paramref name="path"/>, and renames it. The same image gives
    /// the same tar.</summary>
    public async Task WriteTarAsync(IReadOnlyList<PlatformTree> trees, string path, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var file = StagedFile.Create(path);
            await using (file.ConfigureAwait(false))
                await WriteTarAsync(trees, file, cancellationToken).ConfigureAwait(false);
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

    /// <summary>Writes the tar to a stream, from where it is. In one that cannot seek nothing arrives before the tar is whole: so long it is on the store's
    /// disk.</summary>
    public async Task WriteTarAsync(IReadOnlyList<PlatformTree> trees, Stream output, CancellationToken cancellationToken)
    {
        var tree = await OpenAsync(trees, cancellationToken).ConfigureAwait(false);
        await using var reading = tree.ConfigureAwait(false);
        if (output.CanSeek)
        {
            await PlaceAsync(tree, output, cancellationToken).ConfigureAwait(false);
            return;
        }
        var passing = store.CreatePassingFile();
        await using var staging = passing.ConfigureAwait(false);
        await StageAsync(tree, passing, cancellationToken).ConfigureAwait(false);
        await passing.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes below a directory, where what is there of other names stays. Answers with the files. What is no file, directory or link is left
    /// out; everything is the caller's, so no file is setuid or setgid.</summary>
    public async Task<IReadOnlyList<string>> WriteFolderAsync(IReadOnlyList<PlatformTree> trees, string directory, CancellationToken cancellationToken)
    {
        var folder = new TreeFolder(directory);
        try
        {
            Directory.CreateDirectory(directory);
            var tree = await OpenAsync(trees, cancellationToken).ConfigureAwait(false);
            await using (tree.ConfigureAwait(false))
            {
                foreach (var entry in tree.Entries.Where(n => n.Type == TreeEntryType.Directory)) folder.MakeFolder(entry);
                await tree.ReadFilesAsync((entry, content) => folder.WriteAsync(entry, content, cancellationToken), cancellationToken).ConfigureAwait(false);
                foreach (var entry in tree.Entries) await folder.LinkAsync(entry, cancellationToken).ConfigureAwait(false);
            }
            folder.Complete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExportException.CannotWriteTo($"The files of the image cannot be written to '{directory}'", directory, 0, "ContainerOutput", e);
        }
        return folder.Files;
    }

    private async Task StageAsync(ExportedTree tree, FileStream passing, CancellationToken cancellationToken)
    {
        try
        {
            await PlaceAsync(tree, passing, cancellationToken).ConfigureAwait(false);
            passing.Position = 0;
        }
        catch (IOException e)
        {
            throw store.CannotKeep(e);
        }
    }

    // Where each file will be is known beforehand: so all is in order, and each layer is still read from its beginning to its end.
    private static async Task PlaceAsync(ExportedTree tree, Stream output, CancellationToken cancellationToken)
    {
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var entry in tree.Entries)
        {
            output.Write(TarHeader.Encode(entry));
            places[entry.Path] = output.Position;
            output.Position += (entry.Size + TarHeader.BlockSize - 1) / TarHeader.BlockSize * TarHeader.BlockSize;
        }
        var end = output.Position;
        await tree.ReadFilesAsync(async (entry, content) =>
        {
            if (content is null) return;
            output.Position = places[entry.Path];
            await content.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        output.Position = end;
        output.Write(new byte[2 * TarHeader.BlockSize]);
    }
}
