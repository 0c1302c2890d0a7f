using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>The builds that run, by the ids that clients gave them. Whoever asks for one that is about to begin waits for it a moment.</summary>
internal sealed class BuildRegistry(TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6), s_memory = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StatusLog> _ended = new(StringComparer.Ordinal);

    /// <summary>Takes an id. Throws MBK2500 when it is taken.</summary>
    public Entry Take(string id)
    {
        if (id.Length == 0) throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, "a build needs a ref: choose a new one for each");
        lock (_gate)
        {
            var entry = Enter(id);
            return entry.TryTake() ? entry : throw new DaemonException(DaemonException.BuildTaken, ErrorKind.AlreadyExists, $"job ID {id} exists: choose another");
        }
    }

    /// <summary>The build is over. What it told can be asked for a moment longer: a client asks beside its build, which may be over sooner.</summary>
    public void Remove(string id)
    {
        lock (_gate)
        {
            if (!_entries.Remove(id, out var entry)) return;
            entry.End();
            if (!entry.Log.IsCompletedSuccessfully) return;
            var log = entry.Log.Result;
            _ended[id] = log;
            _ = ForgetAsync(id, log);
        }
    }

    /// <summary>What a build tells of itself. Throws MBK2503 when no such build comes.</summary>
    public Task<StatusLog> FindLogAsync(string id, CancellationToken cancellationToken)
    {
        lock (_gate)
            if (!_entries.ContainsKey(id) && _ended.TryGetValue(id, out var log)) return Task.FromResult(log);
        return FindAsync(id, e => e.Log, cancellationToken);
    }

    /// <summary>What a build can be asked. Throws MBK2503 when no such build comes.</summary>
    public Task<BuildBridge> FindBridgeAsync(string id, CancellationToken cancellationToken) => FindAsync(id, e => e.Bridge, cancellationToken);

    private async Task ForgetAsync(string id, StatusLog log)
    {
        await Task.Delay(s_memory, time).ConfigureAwait(false);
        lock (_gate)
            if (_ended.TryGetValue(id, out var known) && known == log) _ended.Remove(id);
    }

    private async Task<T> FindAsync<T>(string id, Func<Entry, Task<T>> find, CancellationToken cancellationToken)
    {
        Entry entry;
        lock (_gate)
        {
            entry = Enter(id);
            entry.Waiting++;
        }
        try
        {
            return await find(entry).WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new DaemonException(DaemonException.NoBuild, ErrorKind.NotFound, $"no such job {id}");
        }
        finally
        {
            // What never came and nobody waits for any more is forgotten.
            lock (_gate)
                if (--entry.Waiting == 0 && !entry.IsTaken) _entries.Remove(id);
        }
    }

    private Entry Enter(string id)
    {
        if (!_entries.TryGetValue(id, out var entry)) _entries.Add(id, entry = new Entry());
        return entry;
    }

    /// <summary>A build's place, which may be waited at before there is one.</summary>
    public sealed class Entry
    {
        private readonly TaskCompletionSource<StatusLog> _log = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<BuildBridge> _bridge = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>A build has it. This and <see cref="Waiting"/> change under the lock of the registry.</summary>
        public bool IsTaken { get; private set; }

        /// <summary>How many wait for the build.</summary>
        public int Waiting { get; set; }

        public Task<StatusLog> Log => _log.Task;

        public Task<BuildBridge> Bridge => _bridge.Task;

        public bool TryTake()
        {
            if (IsTaken) return false;
            return IsTaken = true;
        }

        public void Set(StatusLog log) => _log.TrySetResult(log);

        public void Set(BuildBridge bridge) => _bridge.TrySetResult(bridge);

        public void End()
        {
            _log.TrySetCanceled();
            _bridge.TrySetCanceled();
        }
    }
}
