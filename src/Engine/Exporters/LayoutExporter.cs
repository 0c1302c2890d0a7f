using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>Leaves an image as an OCI layout directory (OCI image-spec, image-layout.md).</summary>
/// <remarks>
/// The directory is updated so that a reader finds either the old image or the new one: new blobs are written beside their names and
/// renamed, <c>index.json</c> is replaced last, and only then go the blobs that nothing refers to any more. A layout that is as it
/// should be is not touched. Blobs are copied, not linked: a hard link would let whoever edits the output damage the store.
/// </remarks>
/// <param name="store">Has the documents.</param>
/// <param name="layers">Brings the layers.</param>
/// <param name="setting">What sets another place, for errors.</param>
public sealed class LayoutExporter(LocalContentStore store, ILayerProvider layers, string setting = "ContainerOutputDirectory")
{
    private const string Staged = StagedFile.Ending;
    private const int BufferSize = 1 << 17;

    /// <summary>Writes the layout. <paramref name="isElsewhere"/> says which layers may be left out because the image's registry has them;
    /// the layout then holds what a push needs, and readers find the rest there.</summary>
    /// <returns>The blobs that had to be written.</returns>
    public async Task<IReadOnlySet<Digest>> ExportAsync(
        AssembledImage image, IReadOnlyList<ImageReference> names, string directory, Func<Layer, bool> isElsewhere, CancellationToken cancellationToken)
    {
        var wanted = image.Manifests.SelectMany(m => m.Layers).Where(l => !isElsewhere(l)).DistinctBy(l => l.Blob.Digest).ToList();
        var blobs = wanted.Select(l => l.Blob).Concat(image.Documents()).DistinctBy(b => b.Digest).ToList();
        var missing = blobs.Where(b => !Holds(directory, b)).ToList();
        await Task.WhenAll(wanted.Where(l => missing.Contains(l.Blob)).Select(l => layers.EnsureAsync(l, cancellationToken))).ConfigureAwait(false);
        try
        {
            foreach (var blob in missing) await CopyAsync(blob, directory, cancellationToken).ConfigureAwait(false);
            OutputFile.Replace(Path.Combine(directory, "oci-layout"), LayoutIndex.LayoutFile, setting);
            OutputFile.Replace(Path.Combine(directory, "index.json"), LayoutIndex.Write(image, names), setting);
            Sweep(directory, blobs.Select(b => b.Digest).ToHashSet());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ExportException.CannotWriteTo($"The image cannot be written to '{directory}'", directory, missing.Sum(b => b.Size), setting, e);
        }
        return missing.Select(b => b.Digest).ToHashSet();
    }

    /// <summary>The files of a layout, and nothing else that lies beside them.</summary>
    public static IEnumerable<string> FilesOf(string directory) =>
        Directory.EnumerateFiles(Path.Combine(directory, "blobs"), "*", SearchOption.AllDirectories)
            .Append(Path.Combine(directory, "index.json")).Append(Path.Combine(directory, "oci-layout"));

    /// <summary>Whether the layout has a blob already.</summary>
    internal static bool Holds(string directory, Descriptor blob) =>
        new FileInfo(PathOf(directory, blob.Digest)) is { Exists: true, LinkTarget: null } file && file.Length == blob.Size;

    private async Task CopyAsync(Descriptor blob, string directory, CancellationToken cancellationToken)
    {
        var path = PathOf(directory, blob.Digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        cancellationToken.ThrowIfCancellationRequested();
        var staged = path + Staged;
        try
        {
            await WriteAsync(blob, path, cancellationToken).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(staged, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            File.Move(staged, path, overwrite: true);
        }
        finally
        {
            StagedFile.Drop(staged);
        }
    }

    // Read, not copied by the kernel: what the store gives is proven on the way.
    private async Task WriteAsync(Descriptor blob, string path, CancellationToken cancellationToken)
    {
        var content = await store.FindAsync(blob.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw new ContentException(ContentException.NotThere, ErrorKind.NotFound, $"'{blob.Digest}' vanished from the store '{store.Root}'. Build again.");
        await using (content.ConfigureAwait(false))
        {
            var file = StagedFile.Create(path);
            await using (file.ConfigureAwait(false)) await content.CopyToAsync(file, BufferSize, cancellationToken).ConfigureAwait(false);
        }
    }

    // Only what a layout's writer leaves is swept: blobs and those half-written. Whatever else people keep there is theirs, and so is
    // what lies behind a link.
    private static void Sweep(string directory, HashSet<Digest> kept)
    {
        foreach (var algorithm in new[] { "sha256", "sha512" })
        {
            var folder = new DirectoryInfo(Path.Combine(directory, "blobs", algorithm));
            if (!folder.Exists || folder.LinkTarget is not null || folder.Parent!.LinkTarget is not null) continue;
            foreach (var file in folder.EnumerateFiles())
            {
                var staged = file.Name.EndsWith(Staged, StringComparison.Ordinal);
                if (Digest.TryParse($"{algorithm}:{(staged ? file.Name[..^Staged.Length] : file.Name)}", out var digest) && (staged || !kept.Contains(digest))) file.Delete();
            }
        }
    }

    private static string PathOf(string directory, Digest digest) => Path.Combine(directory, "blobs", digest.Algorithm, digest.Hex);
}
