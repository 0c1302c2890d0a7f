using System.Buffers;
using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Leaves an image as one tar file: an OCI layout, with what <c>docker load</c> reads beside it when asked.</summary>
/// <remarks>The tar is never compressed, whatever its name: layers are already, and every loader looks at the bytes. Order, times and
/// modes are fixed, so the same image gives the same archive.</remarks>
/// <param name="store">Has the documents.</param>
/// <param name="layers">Brings the layers.</param>
/// <param name="sourceDateEpoch">The time of every entry, in seconds.</param>
/// <param name="setting">What sets another place, for errors.</param>
public sealed class ArchiveExporter(LocalContentStore store, ILayerProvider layers, long sourceDateEpoch, string setting = "ContainerArchiveOutputPath")
{
    private const int BufferSize = 1 << 17;

    /// <summary>Writes the archive beside <paramref name="path"/> and renames it; nothing half-written is ever seen.</summary>
    public async Task ExportAsync(AssembledImage image, IReadOnlyList<ImageReference> names, string path, bool docker, CancellationToken cancellationToken)
    {
        var staged = path + StagedFile.Ending;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var file = StagedFile.Create(path);
            await using (file.ConfigureAwait(false))
                await WriteAsync(image, names, file, docker, cancellationToken).ConfigureAwait(false);
            File.Move(staged, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExportException.CannotWriteTo($"The archive '{path}' cannot be written", path, SizeOf(image), setting, e);
        }
        finally
        {
            StagedFile.Drop(staged);
        }
    }

    /// <summary>Writes the archive to a stream.</summary>
    public async Task WriteAsync(AssembledImage image, IReadOnlyList<ImageReference> names, Stream output, bool docker, CancellationToken cancellationToken)
    {
        if (docker && image.Manifests.Count > 1)
            throw new ExportException(ExportException.FormatCannotHold, ErrorKind.NotSupported, "A Docker archive cannot hold images for several platforms. Choose an OCI archive, or one RuntimeIdentifier.");
        await Task.WhenAll(LayersOf(image).Select(l => layers.EnsureAsync(l, cancellationToken))).ConfigureAwait(false);

        // Files of the page cache are copied at its own speed, which waiting for each part would halve.
        await Task.Run(() => Write(image, names, output, docker, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private void Write(AssembledImage image, IReadOnlyList<ImageReference> names, Stream output, bool docker, CancellationToken cancellationToken)
    {
        WriteFolder(output, "blobs");
        foreach (var folder in BlobsOf(image).GroupBy(b => b.Digest.Algorithm).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            WriteFolder(output, $"blobs/{folder.Key}");
            foreach (var blob in folder.OrderBy(b => b.Digest.Hex, StringComparer.Ordinal)) WriteBlob(output, blob, cancellationToken);
        }
        WriteFile(output, "index.json", LayoutIndex.Write(image, names));
        if (docker) WriteFile(output, "manifest.json", DockerManifest(image.Manifests[0], names));
        WriteFile(output, "oci-layout", LayoutIndex.LayoutFile);
        output.Write(new byte[2 * TarHeader.BlockSize]);
    }

    private static List<Layer> LayersOf(AssembledImage image) => [.. image.Manifests.SelectMany(m => m.Layers).DistinctBy(l => l.Blob.Digest)];

    private static IEnumerable<Descriptor> BlobsOf(AssembledImage image) =>
        LayersOf(image).Select(l => l.Blob).Concat(image.Documents()).DistinctBy(b => b.Digest);

    // Without the tar's own headers, which are few.
    private static long SizeOf(AssembledImage image) => BlobsOf(image).Sum(b => b.Size);

    // skopeo gives a folder without an entry of its own to root, which fails for everybody else.
    private void WriteFolder(Stream output, string path) =>
        output.Write(TarHeader.Encode(new TreeEntry { Path = path, Type = TreeEntryType.Directory, Mode = 0b111_101_101, ModifiedSeconds = sourceDateEpoch }));

    private void WriteFile(Stream output, string path, byte[] content)
    {
        WriteHeader(output, path, content.Length);
        output.Write(content);
        WritePadding(output, content.Length);
    }

    private void WriteBlob(Stream output, Descriptor blob, CancellationToken cancellationToken)
    {
        using var content = store.Find(blob.Digest)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{blob.Digest}' vanished from the store '{store.Root}'. Build again.");
        WriteHeader(output, BlobPath(blob.Digest), content.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int read; (read = content.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                output.Write(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        WritePadding(output, content.Length);
    }

    private void WriteHeader(Stream output, string path, long size) =>
        output.Write(TarHeader.Encode(new TreeEntry { Path = path, Type = TreeEntryType.File, Mode = 0b110_100_100, Size = size, ModifiedSeconds = sourceDateEpoch }));

    private static void WritePadding(Stream output, long size) => output.Write(new byte[(int)(-size & (TarHeader.BlockSize - 1))]);

    private static byte[] DockerManifest(AssembledManifest manifest, IReadOnlyList<ImageReference> names) => JsonSerializer.SerializeToUtf8Bytes(new[]
    {
        new
        {
            Config = BlobPath(manifest.Config.Digest),
            RepoTags = names.Select(Familiar).ToList(),
            Layers = manifest.Layers.Select(l => BlobPath(l.Blob.Digest)).ToList(),
        },
    });

    // Docker names what is on its own hub, or on no registry, without the hub's host.
    private static string Familiar(ImageReference name)
    {
        var repository = name.Registry != ImageReference.DefaultRegistry ? $"{name.Registry}/{name.Repository}"
            : name.Repository.StartsWith("library/", StringComparison.Ordinal) ? name.Repository["library/".Length..]
            : name.Repository;
        return $"{repository}:{name.Tag}";
    }

    private static string BlobPath(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";
}
