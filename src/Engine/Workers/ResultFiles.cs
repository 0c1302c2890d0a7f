using System.Buffers;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Patterns;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Rootless.FileActions;

namespace MsBuildKit.Engine.Workers;

/// <summary>The files of a solved result, to look at and to read, as BuildKit's gateway shows them to its clients.</summary>
/// <remarks>
/// Paths lead through links inside the result and never out of it, and the last name is followed too. Layers are fetched and read at the first question, and
/// what is in them is remembered; the content of a layer's files is unpacked to the store's disk when the first of them is read. Nothing needs a worker. For
/// several threads at once.
/// </remarks>
public sealed class ResultFiles : IAsyncDisposable
{
    /// <summary>The most that is read at once, in bytes.</summary>
    public const int MostBytes = 1 << 28;

    private const int BufferSize = 1 << 17;

    private readonly VertexResult _result;
    private readonly DescribedLayers _described;
    private readonly LocalContentStore _store;
    private readonly ILayerProvider _layers;
    private readonly SharedWork<VertexResult, Shown> _shown = new();
    private TreeContents? _contents;

    /// <param name="result">The result.</param>
    /// <param name="described">Layers of it that nobody has written.</param>
    /// <param name="store">Has the blobs of layers, and room for what is unpacked.</param>
    /// <param name="layers">Brings layers that are not there.</param>
    internal ResultFiles(VertexResult result, DescribedLayers described, LocalContentStore store, ILayerProvider layers) =>
        (_result, _described, _store, _layers) = (result, described, store, layers);

    /// <summary>What a path leads to. Throws MBK2090 when nothing is there, and MBK1505 for a path through a file or in circles, as all of these do.</summary>
    public async Task<FileStat> StatAsync(string path, CancellationToken cancellationToken)
    {
        var shown = await ShowAsync(cancellationToken).ConfigureAwait(false);
        var (place, entry) = shown.Index.Resolve(path);
        return shown.Date(FileStat.Of(place.Length == 0 ? "/" : place[(place.LastIndexOf('/') + 1)..], entry), place);
    }

    /// <summary>What is in a directory, one level of it, in the order of names. Throws MBK2092 for what is no directory.</summary>
    /// <param name="path">Leads to it.</param>
    /// <param name="include">A pattern of paths below the directory (moby/patternmatcher); a directory is listed when it matches, or when something in it does.
    /// Nothing for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<FileStat>> ListAsync(string path, string? include, CancellationToken cancellationToken)
    {
        var shown = await ShowAsync(cancellationToken).ConfigureAwait(false);
        var index = shown.Index;
        var (place, folder) = index.Resolve(path);
        if (folder.Type != TreeEntryType.Directory) throw WorkerException.NoFolder(path);
        var patterns = string.IsNullOrEmpty(include) ? null : new PathPatterns([include], WorkerException.NoPattern);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        return [.. index.List(place).Where(n => patterns is null || IsIncluded(index, patterns, place, n.Name, n.Entry, [])).Select(n => shown.Date(StatOf(n.Name, n.Entry, names), TreePath.Join(place, n.Name)))];
    }

    /// <summary>Bytes of a file, fewer where it ends. Throws MBK2091 for what is no file, and MBK2093 for more than <see cref="MostBytes"/>.</summary>
    /// <param name="path">Leads to it.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="length">How many, or <c>null</c> for all that follow.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<byte[]> ReadAsync(string path, long offset, long? length, CancellationToken cancellationToken)
    {
        if (offset < 0 || length < 0) throw WorkerException.NoRange(path, "begins or ends before the file does");
        var shown = await ShowAsync(cancellationToken).ConfigureAwait(false);
        var file = FileAt(shown, path);
        var wanted = Math.Max(0, Math.Min(length ?? long.MaxValue, file.Size - offset));
        if (wanted > MostBytes) throw WorkerException.NoRange(path, $"has {wanted} bytes, and at most {MostBytes} are read at once");
        if (wanted == 0) return [];
        var stream = await shown.OpenAsync(file, offset, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[wanted];
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            // What is lent proves at its end to be what it was; one that has grown ends later.
            if (offset + wanted == file.Size && await stream.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) > 0) throw Grown(path);
            return bytes;
        }
    }

    /// <summary>A file's content, which is read before this is disposed. Throws MBK2091 for what is no file.</summary>
    public async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var shown = await ShowAsync(cancellationToken).ConfigureAwait(false);
        return await shown.OpenAsync(FileAt(shown, path), 0, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _contents?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static SnapshotException Grown(string path) => new(SnapshotException.FileChanged, ErrorKind.FailedPrecondition,
        $"'{path}' changed during the build. Stop what writes to it and build again.");

    private static TreeEntry FileAt(Shown shown, string path) =>
        shown.Index.Resolve(path).Entry is { Type: TreeEntryType.File } file ? file : throw WorkerException.NoRegularFile(path);

    private static bool IsIncluded(FileIndex index, PathPatterns patterns, string root, string path, TreeEntry entry, IReadOnlyList<bool> above)
    {
        if (patterns.Match(path, above, out var found)) return true;
        if (entry.Type != TreeEntryType.Directory || !patterns.MayMatchBelow(path)) return false;
        return index.List(TreePath.Join(root, path)).Any(n => IsIncluded(index, patterns, root, TreePath.Join(path, n.Name), n.Entry, found));
    }

    private static FileStat StatOf(string name, TreeEntry entry, Dictionary<string, string> names)
    {
        var stat = FileStat.Of(name, entry);
        return entry.Type != TreeEntryType.File || names.TryAdd(entry.Path, name) ? stat : stat with { LinkName = names[entry.Path] };
    }

    private Task<Shown> ShowAsync(CancellationToken cancellationToken) =>
        _shown.GetAsync(_result, token => _result is TreeResult lent ? Task.FromResult(Show(lent)) : ShowAsync(((LayersResult)_result).Chain, token), cancellationToken);

    private async Task<Shown> ShowAsync(LayerChain chain, CancellationToken cancellationToken)
    {
        var written = await _described.WriteAsync(chain, cancellationToken).ConfigureAwait(false);
        var reader = await TreeReader.OpenAsync(written.Layers, _store, _layers, cancellationToken).ConfigureAwait(false);
        var contents = _contents = new TreeContents(reader, _store);
        return new Shown(new FileIndex(reader.Root, reader.Names), contents.OpenAsync);
    }

    // As the layer that it would be.
    private static Shown Show(TreeResult lent)
    {
        var tree = new MergedTree();
        tree.BeginLayer();
        foreach (var entry in lent.Files.ToEntries()) tree.Add(entry);
        return new Shown(new FileIndex(tree.Root, tree.Names().Select(n => n.Name)), OpenLentAsync)
        {
            Times = lent.Tree.Files.Where(f => f.Modified is not null).ToDictionary(f => f.Path, f => f.Modified!.Value, StringComparer.Ordinal),
        };
    }

    private static async ValueTask<Stream> OpenLentAsync(TreeEntry file, long offset, CancellationToken cancellationToken)
    {
        var stream = OpenLent(file);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int read; offset > 0 && (read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, offset)), cancellationToken).ConfigureAwait(false)) > 0;) offset -= read;
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static Stream OpenLent(TreeEntry file)
    {
        try
        {
            return file.Open?.Invoke() ?? Stream.Null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SnapshotException(SnapshotException.CannotReadFile, ErrorKind.FailedPrecondition, $"The file for '/{file.Path}' cannot be read: {e.Message.TrimEnd('.')}. Check its permissions.", e);
        }
    }

    private sealed record Shown(FileIndex Index, Func<TreeEntry, long, CancellationToken, ValueTask<Stream>> OpenAsync)
    {
        // Those that files had where they came from. A tree has one time for all, and who looks at a file wants its own.
        public IReadOnlyDictionary<string, long> Times { get; init; } = new Dictionary<string, long>();

        public FileStat Date(FileStat stat, string place) => Times.TryGetValue(place, out var time) ? stat.At(time) : stat;
    }
}
