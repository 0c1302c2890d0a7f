using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tool.Transfer;

/// <summary>The folder of one received tree: <c>index</c> says what was received last, <c>files</c> has the contents, <c>name</c> the name.</summary>
/// <remarks>A transfer makes a tree of its own and never changes what another one reads: contents are added, and removed when neither the index nor a
/// tree that somebody holds has them, and none is being received: some time after a tree was let go.</remarks>
internal sealed class ContextFolder
{
    private const long SharedFor = 600_000_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<ReceivedContext, long> _held = [];
    private readonly string _path;
    private readonly Lazy<Task> _opened;
    private Dictionary<string, ContextFile> _index = new(StringComparer.Ordinal);
    private int _transfers;
    private long _sharedUntil;
    private long _version;
    private long _saved;
    private bool _isClosed;
    private Task _tidying = Task.CompletedTask;
    private (long Version, long Additions) _swept = (-1, 0);

    public ContextFolder(string path)
    {
        _path = path;
        Content = new ContentFolder(Path.Combine(path, "files"));
        _opened = new Lazy<Task>(() => Task.Run(Open));
    }

    public ContentFolder Content { get; }

    public bool InUse
    {
        get
        {
            lock (_gate) return _transfers > 0 || _held.Count > 0;
        }
    }

    /// <summary>Nothing touches the files any more; false when somebody uses them.</summary>
    public bool TryClose()
    {
        lock (_gate) return _isClosed = _transfers == 0 && _held.Count == 0;
    }

    /// <summary>A transfer begins: until <see cref="Leave"/>, nothing is removed.</summary>
    public void Enter()
    {
        lock (_gate) _transfers++;
    }

    public void Leave()
    {
        lock (_gate)
        {
            _transfers--;
            if (_held.Count == 0) BeginTidying();
        }
    }

    /// <summary>Several use the tree at once, or did so lately: they may lend different folders.</summary>
    /// <param name="now">In nanoseconds since 1970.</param>
    public bool IsShared(long now)
    {
        lock (_gate)
        {
            if (_transfers > 1 || _held.Count > 0) _sharedUntil = now + SharedFor;
            return now < _sharedUntil;
        }
    }

    /// <summary>What was received last.</summary>
    public async Task<IReadOnlyDictionary<string, ContextFile>> ReadAsync(CancellationToken cancellationToken)
    {
        await _opened.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate) return _index;
    }

    /// <summary>A tree is complete.</summary>
    /// <param name="sent">The tree.</param>
    /// <param name="files">Its files.</param>
    /// <param name="received">How many of them came.</param>
    public ReceivedContext Hold(SentTree sent, Dictionary<string, ContextFile> files, int received)
    {
        var context = new ReceivedContext(sent, Release) { FilesReceived = received };
        lock (_gate)
        {
            _held[context] = _version;
            var changed = received > 0 || files.Count != _index.Count || !files.All(f => _index.TryGetValue(f.Key, out var file) && ReferenceEquals(file, f.Value));
            if (!changed) return context;
            _version++;
            _held[context] = _version;
            _index = files;
        }
        return context;
    }

    /// <summary>Waits until the index says what was received last, and what nobody needs is gone.</summary>
    public Task TidyAsync()
    {
        lock (_gate) return _tidying;
    }

    private string IndexPath => Path.Combine(_path, "index");

    private void Open()
    {
        var (index, places) = ContextIndex.Read(IndexPath);
        try
        {
            Content.Open(places);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TransferException.Unkept(_path, e);
        }
        foreach (var (path, file) in index)
            if (!Content.Has(file.Facts.Sha256)) index.Remove(path);
        _index = index;
    }

    private void Release(ReceivedContext context)
    {
        lock (_gate)
        {
            // What only it had is of no use any more.
            if (_held.Remove(context, out var version) && version != _version) _swept.Version = -1;
            BeginTidying();
        }
    }

    // Builds do not wait for it. A process that is killed before has the next one receive again what came last.
    private void BeginTidying() => _tidying = _tidying.ContinueWith(_ => Tidy(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private void Tidy()
    {
        lock (_gate)
        {
            if (_transfers > 0 || _isClosed) return;
            if (_saved != _version) ContextIndex.Write(IndexPath, _index, Content.Find);
            _saved = _version;
            Sweep();
        }
    }

    private void Sweep()
    {
        if (_swept == (_version, Content.Additions)) return;
        _swept = (_version, Content.Additions);
        var used = _index.Values.Select(f => f.Facts.Sha256).ToHashSet();
        foreach (var context in _held.Keys) used.UnionWith(context.Sent.Facts.Select(f => f.Sha256));
        Content.Sweep(used);
        if (_held.Count == 0 && Content.Compact()) ContextIndex.Write(IndexPath, _index, Content.Find);
    }
}
