using System.Buffers.Binary;
using System.Threading.Channels;
using Google.Protobuf;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>One transfer of a tree into its <see cref="ContextFolder"/>.</summary>
internal sealed class ContextTransfer : IReceivingTree, IAsyncDisposable
{
    /// <summary>The file that says of all entries what was sent, when that is what is wanted; as BuildKit has it.</summary>
    public const string MetadataPath = ".fsutil-metadata";

    private const int Writers = 2, Waiting = 64;
    private static readonly FileFacts s_empty = new(Digest.Of([]), "", 0, Executable: false);

    private readonly string _name;
    private readonly ContextFolder _folder;
    private readonly IReadOnlyDictionary<string, ContextFile> _known;
    private readonly long _began;
    private readonly bool _isShared;
    private readonly ContextOptions _options;
    private readonly List<LocalDirectory> _directories = [];
    private readonly List<LocalLink> _links = [];
    private readonly Dictionary<string, ContextFile> _files = new(StringComparer.Ordinal);
    private readonly List<Stat> _names = [];
    private readonly List<Stat> _above = [];
    private readonly MemoryStream _metadata = new();
    private readonly Channel<(Stat Entry, IReadOnlyList<ReadOnlyMemory<byte>> Chunks)> _waiting =
        Channel.CreateBounded<(Stat, IReadOnlyList<ReadOnlyMemory<byte>>)>(Waiting);
    private readonly Lazy<ContentPack> _pack;
    private readonly Task _writers;
    private ReceivedContext? _received;
    private int _count;

    public ContextTransfer(
        string name, ContextFolder folder, IReadOnlyDictionary<string, ContextFile> known, long began, bool isShared, ContextOptions options, CancellationToken cancellationToken)
    {
        (_name, _folder, _known, _began, _isShared, _options) = (name, folder, known, began, isShared, options);
        _pack = new Lazy<ContentPack>(folder.Content.CreatePack);
        _writers = Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(() => WriteAsync(cancellationToken), CancellationToken.None)));
    }

    /// <summary>What came, when it is complete.</summary>
    public ReceivedContext Received => _received ?? throw new InvalidOperationException("The transfer is not complete.");

    /// <inheritdoc />
    public bool Add(Stat entry)
    {
        if (_options.MetadataExcept is not { } except) return Take(entry);
        if (entry.Path == MetadataPath) return false;
        Describe(entry);
        _above.RemoveAll(d => !entry.Path.StartsWith(d.Path + "/", StringComparison.Ordinal));
        if (!except(entry.Path))
        {
            if (entry.IsDirectory()) _above.Add(entry);
            return false;
        }
        foreach (var directory in _above) Take(directory);
        _above.Clear();
        return Take(entry);
    }

    /// <inheritdoc />
    public IReceivingFile Open(Stat entry) => new ContextReceivingFile(this, _folder.Content, entry);

    /// <inheritdoc />
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await _writers.ConfigureAwait(false);
        // A further name has the content of the first.
        foreach (var name in _names)
            if (_files.TryGetValue(name.Linkname, out var file)) _files[name.Path] = new ContextFile(name, file.Facts, _began);
        if (_options.MetadataExcept is not null) AddMetadata();
        _received = _folder.Hold(ToTree(), _files, _count);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out _)) continue;
        await _writers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_pack.IsValueCreated) _pack.Value.Dispose();
        _metadata.Dispose();
    }

    /// <summary>Hands a small file over to be written. Waits when there are many.</summary>
    public async ValueTask WriteAsync(Stat entry, IReadOnlyList<ReadOnlyMemory<byte>> chunks, CancellationToken cancellationToken)
    {
        try
        {
            await _waiting.Writer.WriteAsync((entry, chunks), cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw e.InnerException ?? e;
        }
    }

    /// <summary>A file is there.</summary>
    public void Keep(Stat entry, FileFacts facts)
    {
        lock (_files)
        {
            _files[entry.Path] = new ContextFile(entry, facts, _began);
            _count++;
        }
    }

    private bool Take(Stat entry)
    {
        if (entry.IsDirectory()) _directories.Add(new LocalDirectory(entry.Path, EntryMode.ToPosix(entry.Mode), (int)entry.Uid, (int)entry.Gid));
        else if (entry.IsLink()) _links.Add(new LocalLink(entry.Path, entry.Linkname));
        else if (entry.IsFile()) return TakeFile(entry);
        return false;
    }

    private bool TakeFile(Stat entry)
    {
        if (entry.Linkname.Length > 0)
        {
            _names.Add(entry);
            return false;
        }
        var known = _known.GetValueOrDefault(entry.Path);
        if (entry.Size > 0 && (_options.TrustsNothing || known is null || !known.IsSettled(_isShared) || !known.Entry.Equals(entry))) return true;
        // The lock is that of those that write.
        lock (_files) _files[entry.Path] = entry.Size > 0 ? known! : known is { Facts.Size: 0 } && known.Entry.Equals(entry) ? known : Empty(entry);
        return false;
    }

    private ContextFile Empty(Stat entry)
    {
        _folder.Content.Add([], () => _pack.Value);
        return new ContextFile(entry, s_empty, _began);
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (entry, chunks) in _waiting.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                var digest = _folder.Content.Add(chunks, () => _pack.Value);
                Keep(entry, new FileFacts(digest, "", entry.Size, ProgramFile.IsProgram(chunks[0].Span)));
            }
        }
        catch (Exception e)
        {
            _waiting.Writer.TryComplete(e);
            throw;
        }
    }

    // Each with its length before it.
    private void Describe(Stat entry)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, entry.CalculateSize());
        _metadata.Write(length);
        entry.WriteTo(_metadata);
    }

    private void AddMetadata()
    {
        ReadOnlyMemory<byte> bytes = _metadata.ToArray();
        var entry = new Stat { Path = MetadataPath, Mode = 0b110_100_100, Size = bytes.Length, ModTime = _began };
        _files[MetadataPath] = new ContextFile(entry, new FileFacts(_folder.Content.Add([bytes], () => _pack.Value), "", bytes.Length, Executable: false), _began);
    }

    private SentTree ToTree()
    {
        var files = _files.Values.OrderBy(f => f.Entry.Path, StringComparer.Ordinal).ToList();
        _directories.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        _links.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        var tree = new LocalTree(_name, [.. files.Select(ToFile)]) { Directories = _directories, Links = _links };
        return new SentTree(tree, [.. files.Select(f => f.Facts)]);
    }

    private LocalFile ToFile(ContextFile file)
    {
        var place = _folder.Content.Find(file.Facts.Sha256);
        return new LocalFile(file.Entry.Path, _folder.Content.PathOf(place), EntryMode.ToPosix(file.Entry.Mode), (int)file.Entry.Uid, (int)file.Entry.Gid) { Offset = place.Offset, Modified = file.Entry.ModTime };
    }
}
