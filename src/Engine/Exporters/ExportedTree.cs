using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>The files of one or several platforms as they are exported: what there is, in order, and how to read it.</summary>
/// <remarks>
/// Entries stand in the order in which a walk of the tree meets them when the names of each directory are sorted by their bytes: paths compare component by
/// component (<c>a</c>, <c>a/b</c>, <c>a-b</c>), a directory before what is in it, the first name of a file before the others. BuildKit's clients refuse
/// any other. Content is read either all at once, each layer from its beginning to its end, or file by file in any order, for which layers are unpacked to
/// the store's disk. For several threads at once; disposing removes what was unpacked.
/// </remarks>
public sealed class ExportedTree : IAsyncDisposable
{
    private readonly IReadOnlyList<PlacedTree> _trees;
    private readonly SortedDictionary<string, (TreeEntry Entry, PlacedTree Tree)> _entries = new(NameOrder.Instance);

    private ExportedTree(IReadOnlyList<PlacedTree> trees)
    {
        _trees = trees;
        foreach (var tree in trees)
            foreach (var entry in tree.Entries)
                if (!_entries.TryAdd(entry.Path, (entry, tree))) CheckSame(entry, _entries[entry.Path], tree);
        Entries = [.. _entries.Values.Select(e => e.Entry)];
    }

    /// <summary>All but the root, in the order that the remarks tell. Sizes are those of content; second names have none.</summary>
    public IReadOnlyList<TreeEntry> Entries { get; }

    internal static async Task<ExportedTree> OpenAsync(
        IReadOnlyList<PlatformTree> platforms, TreeExportOptions options, LocalContentStore store, ILayerProvider layers, CancellationToken cancellationToken)
    {
        var trees = new List<PlacedTree>();
        foreach (var platform in platforms)
        {
            var reader = await TreeReader.OpenAsync(platform.Layers, store, layers, cancellationToken).ConfigureAwait(false);
            var subjects = platform.Statements.Count == 0 ? [] : await SubjectsOfAsync(reader, cancellationToken).ConfigureAwait(false);
            trees.Add(new PlacedTree(reader, new TreeContents(reader, store), platform, options, platforms.Count > 1, subjects));
        }
        return new ExportedTree(trees);
    }

    /// <summary>What a file contains. The caller disposes the stream, before it disposes this.</summary>
    /// <param name="file">One of <see cref="Entries"/> that is a file.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public ValueTask<Stream> OpenAsync(TreeEntry file, CancellationToken cancellationToken) => _entries[file.Path].Tree.OpenAsync(file, cancellationToken);

    /// <summary>Hands on every file with its content, in an order that reads each layer once.</summary>
    internal async Task ReadFilesAsync(Func<TreeEntry, Stream?, ValueTask> visit, CancellationToken cancellationToken)
    {
        foreach (var tree in _trees) await tree.ReadFilesAsync(visit, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var tree in _trees) await tree.DisposeAsync().ConfigureAwait(false);
    }

    private static void CheckSame(TreeEntry entry, (TreeEntry Entry, PlacedTree Tree) there, PlacedTree tree)
    {
        if (entry.Type == TreeEntryType.Directory && there.Entry.Type == TreeEntryType.Directory) return;
        throw new ExportException(ExportException.TwicePlaced, ErrorKind.FailedPrecondition,
            $"The files of '{tree.Platform}' cannot overwrite {entry.Path} from '{there.Tree.Platform}', which goes to the same place when split option is disabled. Let each platform have a folder.");
    }

    private static async Task<IReadOnlyList<FileSubject>> SubjectsOfAsync(TreeReader reader, CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, Digest>(StringComparer.Ordinal);
        await reader.ReadFilesAsync(async (file, content) =>
            digests[file.Path] = Digest.FromSha256(await SHA256.HashDataAsync(content ?? Stream.Null, cancellationToken).ConfigureAwait(false)), cancellationToken).ConfigureAwait(false);
        return [.. from name in reader.Names
                   where name.Type is TreeEntryType.File or TreeEntryType.HardLink
                   select new FileSubject(name.Path, digests[name.Type == TreeEntryType.HardLink ? name.Link! : name.Path])];
    }
}
