using System.Collections.Concurrent;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>The clients that are there, by the ids that they gave themselves.</summary>
internal sealed class SessionRegistry(TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<ClientSession>> _sessions = new(StringComparer.Ordinal);

    /// <summary>Makes a client known until what is returned is disposed. Throws MBK2501 for an id that is taken.</summary>
    public IDisposable Add(ClientSession session)
    {
        var entry = _sessions.GetOrAdd(session.Id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!entry.TrySetResult(session))
            throw new DaemonException(DaemonException.SessionTaken, ErrorKind.AlreadyExists, $"session {session.Id} already exists");
        return new Entry(() => _sessions.TryRemove(KeyValuePair.Create(session.Id, entry)));
    }

    /// <summary>A client by its id, for which a moment is waited: it may be about to come. Throws MBK2502.</summary>
    /// <param name="id">May have a prefix before a colon, which counts for nothing.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ClientSession> GetAsync(string id, CancellationToken cancellationToken)
    {
        var name = id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var entry = _sessions.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            return await entry.Task.WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (!entry.Task.IsCompleted) _sessions.TryRemove(KeyValuePair.Create(name, entry));
            if (e is OperationCanceledException) throw;
            throw new DaemonException(DaemonException.NoSession, ErrorKind.Unavailable, $"no active session for {name}: context deadline exceeded");
        }
    }

    private sealed class Entry(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
