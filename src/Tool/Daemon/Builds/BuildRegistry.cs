using System.Collections.Concurrent;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>The builds that run, by the ids that clients gave them. Whoever asks for one that is about to begin waits for it a moment.</summary>
internal sealed class BuildRegistry(TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Takes an id. Throws MBK2500 when it is taken.</summary>
    public Entry Take(string id)
    {
        if (id.Length == 0) throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, "a build needs a ref: choose a new one for each");
        var entry = _entries.GetOrAdd(id, _ => new Entry());
        return entry.TryTake() ? entry : throw new DaemonException(DaemonException.BuildTaken, ErrorKind.AlreadyExists, $"job ID {id} exists: choose another");
    }

    /// <summary>The build is over.</summary>
    public void Remove(string id)
    {
        if (_entries.TryRemove(id, out var entry)) entry.End();
    }

    /// <summary>What a build tells of itself. Throws MBK2503 when no such build comes.</summary>
    public Task<StatusLog> FindLogAsync(string id, CancellationToken cancellationToken) => FindAsync(id, e => e.Log, cancellationToken);

    /// <summary>What a build can be asked. Throws MBK2503 when no such build comes.</summary>
    public Task<BuildBridge> FindBridgeAsync(string id, CancellationToken cancellationToken) => FindAsync(id, e => e.Bridge, cancellationToken);

    private async Task<T> FindAsync<T>(string id, Func<Entry, Task<T>> find, CancellationToken cancellationToken)
    {
        var entry = _entries.GetOrAdd(id, _ => new Entry());
        try
        {
            return await find(entry).WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            if (!entry.IsTaken) _entries.TryRemove(KeyValuePair.Create(id, entry));
            throw new DaemonException(DaemonException.NoBuild, ErrorKind.NotFound, $"no such job {id}");
        }
    }

    /// <summary>A build's place, which may be waited at before there is one.</summary>
    public sealed class Entry
    {
        private readonly TaskCompletionSource<StatusLog> _log = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<BuildBridge> _bridge = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _isTaken;

        public bool IsTaken => Volatile.Read(ref _isTaken) != 0;

        public Task<StatusLog> Log => _log.Task;

        public Task<BuildBridge> Bridge => _bridge.Task;

        public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

        public void Set(StatusLog log) => _log.TrySetResult(log);

        public void Set(BuildBridge bridge) => _bridge.TrySetResult(bridge);

        public void End()
        {
            _log.TrySetCanceled();
            _bridge.TrySetCanceled();
        }
    }
}
