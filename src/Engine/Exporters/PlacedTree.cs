using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Patterns;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>One platform's files and statements, where and as an export has them.</summary>
internal sealed class PlacedTree : IAsyncDisposable
{
    private const int FolderMode = 0b111_101_101, StatementMode = 0b110_000_000;

    private readonly TreeReader _reader;
    private readonly TreeContents _contents;
    private readonly TreeExportOptions _options;
    private readonly string _folder;
    private readonly Dictionary<string, byte[]> _statements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TreeEntry> _placed = new(StringComparer.Ordinal), _originals = new(StringComparer.Ordinal);

    public PlacedTree(TreeReader reader, TreeContents contents, PlatformTree platform, TreeExportOptions options, bool isOneOfSeveral, IReadOnlyList<FileSubject> subjects)
    {
        (_reader, _contents, _options, Platform) = (reader, contents, options, platform.Platform);
        var (folder, isSplit) = (platform.Platform.Replace('/', '_'), options.PlatformSplit ?? isOneOfSeveral);
        _folder = isSplit ? folder : "";
        foreach (var statement in platform.Statements) AddStatement(NameOf(statement, isOneOfSeveral && !isSplit ? "." + folder : ""), statement.Write(subjects));
        Entries = [.. Place()];
    }

    public string Platform { get; }

    /// <summary>What there is, in no order that spans statements.</summary>
    public IReadOnlyList<TreeEntry> Entries { get; }

    public ValueTask<Stream> OpenAsync(TreeEntry file, CancellationToken cancellationToken) => _statements.TryGetValue(file.Path, out var statement)
        ? new(new MemoryStream(statement, writable: false))
        : _contents.OpenAsync(_originals[file.Path], 0, cancellationToken);

    /// <summary>Hands on every file with its content, each layer's at once.</summary>
    public async Task ReadFilesAsync(Func<TreeEntry, Stream?, ValueTask> visit, CancellationToken cancellationToken)
    {
        await _reader.ReadFilesAsync((file, content) => _placed.TryGetValue(file.Path, out var placed) ? visit(placed, content) : ValueTask.CompletedTask, cancellationToken).ConfigureAwait(false);
        foreach (var (path, statement) in _statements) await visit(ToEntry(path, statement), new MemoryStream(statement, writable: false)).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _contents.DisposeAsync();

    private IEnumerable<TreeEntry> Place()
    {
        if (_folder.Length > 0) yield return new TreeEntry { Path = _folder, Type = TreeEntryType.Directory, Mode = FolderMode, ModifiedSeconds = _options.SourceDateEpoch ?? 0 };
        foreach (var entry in _reader.Names)
        {
            var placed = Below(entry);
            if (_statements.ContainsKey(placed.Path)) throw InTheWay(entry.Path);
            if (entry.Type == TreeEntryType.File) (_placed[entry.Path], _originals[placed.Path]) = (placed, entry);
            yield return placed;
        }
        foreach (var (path, statement) in _statements) yield return ToEntry(path, statement);
    }

    // What leads to the root of a tree leads to that of its folder, as far as anybody knows where that will be.
    private TreeEntry Below(TreeEntry entry)
    {
        var dated = _options.SourceDateEpoch is { } time ? entry with { ModifiedSeconds = time } : entry;
        if (_folder.Length == 0) return dated;
        var link = entry.Type == TreeEntryType.HardLink ? $"{_folder}/{entry.Link}"
            : entry.Type == TreeEntryType.Symlink && entry.Link!.StartsWith('/') ? SlashPath.Shorten($"/{_folder}/{entry.Link}")
            : entry.Link;
        return dated with { Path = $"{_folder}/{entry.Path}", Link = link };
    }

    private string NameOf(StatementFile statement, string platform)
    {
        var name = _options.AttestationPrefix + statement.Name;
        return Path.GetFileNameWithoutExtension(name) + platform + Path.GetExtension(name);
    }

    private void AddStatement(string name, byte[] statement)
    {
        if (!_statements.TryAdd(_folder.Length == 0 ? name : $"{_folder}/{name}", statement)) throw InTheWay(name);
    }

    private TreeEntry ToEntry(string path, byte[] statement) => new()
    {
        Path = path, Type = TreeEntryType.File, Mode = StatementMode, Size = statement.Length, ModifiedSeconds = _options.SourceDateEpoch ?? _options.StatementSeconds,
    };

    private ExportException InTheWay(string name) => new(ExportException.TwicePlaced, ErrorKind.FailedPrecondition,
        $"'{name}' is the name of a statement about the files of '{Platform}' and of something else beside it. Give statements a prefix.");
}
