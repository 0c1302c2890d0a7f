using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>The builds that were: a record of each, and what it said. Those that run are known too.</summary>
/// <remarks>
/// A build has its record once it has ended. What has none is of a build that the daemon did not live to see the end of, and goes when the next one starts. A record goes when
/// it is both too old and one too many (BuildKit's solver/llbsolver/history); one that is pinned stays.
/// </remarks>
internal sealed class BuildHistory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, BuildHistoryRecord> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BuildHistoryRecord> _running = new(StringComparer.Ordinal);
    private readonly List<Channel<BuildHistoryEvent>> _listeners = [];
    private readonly TimeSpan _age;
    private readonly int _entries;
    private readonly TimeProvider _time;

    /// <summary>Reads what was kept.</summary>
    /// <param name="folder">Absolute; made when it is not there.</param>
    /// <param name="age">How long a build is remembered at least.</param>
    /// <param name="entries">How many builds are remembered at least.</param>
    /// <param name="time">The clock.</param>
    public BuildHistory(string folder, TimeSpan age, int entries, TimeProvider time)
    {
        (Files, _age, _entries, _time) = (new HistoryFiles(folder), age, entries, time);
        foreach (var record in Files.ReadAll()) _kept[record.Ref] = record;
        Collect();
    }

    /// <summary>What there is of each build.</summary>
    public HistoryFiles Files { get; }

    /// <summary>A build begins. Of what clients do for themselves nothing is kept.</summary>
    public void Begin(SolveRequest request)
    {
        var record = new BuildHistoryRecord
        {
            Ref = request.Ref, Frontend = request.Frontend, FrontendAttrs = { request.FrontendAttrs }, Exporters = { request.Exporters }, CreatedAt = Timestamp.FromDateTimeOffset(_time.GetUtcNow()), Generation = 1,
        };
        lock (_gate)
        {
            Remove(request.Ref);
            if (request.Internal) return;
            _running[request.Ref] = record;
            Tell(BuildHistoryEventType.Started, record);
        }
    }

    /// <summary>It has ended, and its log has all that it will. One of which no record can be kept is told to be gone; throws why.</summary>
    /// <param name="id">Of the build.</param>
    /// <param name="said">How its results were made, by the names of their trees.</param>
    /// <param name="outcome">Takes what came of it into the record.</param>
    public void End(string id, IReadOnlyList<(string Tree, Predicate Provenance)> said, Action<BuildHistoryRecord> outcome)
    {
        BuildHistoryRecord record;
        lock (_gate)
        {
            if (!_running.TryGetValue(id, out var running))
            {
                File.Delete(Files.LogOf(id));
                return;
            }
            record = running.Clone();
        }
        var isKept = false;
        try
        {
            foreach (var (tree, provenance) in said) Files.Keep(record, tree, provenance);
            outcome(record);
            record.CompletedAt = Timestamp.FromDateTimeOffset(_time.GetUtcNow());
            Files.KeepLog(record);
            Files.Write(record);
            isKept = true;
        }
        finally
        {
            lock (_gate)
            {
                _running.Remove(id);
                if (isKept) _kept[id] = record;
                Tell(isKept ? BuildHistoryEventType.Complete : BuildHistoryEventType.Deleted, record);
            }
        }
        Collect();
    }

    /// <summary>Pins a build, lets go of it, or removes it. Throws MBK2516.</summary>
    public void Update(UpdateBuildHistoryRequest request)
    {
        lock (_gate)
        {
            if (!_kept.TryGetValue(request.Ref, out var record)) throw Missing($"the build '{request.Ref}'");
            // What there is of a build is complete as soon as it is kept.
            if (request.Finalize) return;
            if (request.Delete)
            {
                Remove(request.Ref);
                return;
            }
            if (record.Pinned == request.Pinned) return;
            var changed = record.Clone();
            (changed.Pinned, changed.Generation) = (request.Pinned, record.Generation + 1);
            Files.Write(changed);
            _kept[request.Ref] = changed;
            Tell(BuildHistoryEventType.Complete, changed);
        }
    }

    /// <summary>The log of a build that has ended; <c>null</c> when there is none.</summary>
    public string? FindLog(string id)
    {
        lock (_gate) return _kept.ContainsKey(id) ? Files.LogOf(id) : null;
    }

    /// <summary>The file with some content; <c>null</c> when no build has it.</summary>
    public string? FindContent(string digest)
    {
        lock (_gate) return _kept.Values.Select(r => Files.Find(r, digest)).FirstOrDefault(f => f is not null);
    }

    /// <summary>What runs and what was, and then what comes, unless only the former is asked for. Throws MBK2515.</summary>
    public async IAsyncEnumerable<BuildHistoryEvent> ListenAsync(BuildHistoryRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = HistoryFilter.Parse(request.Filter, _time.GetUtcNow());
        var coming = Channel.CreateUnbounded<BuildHistoryEvent>();
        List<BuildHistoryEvent> known;
        lock (_gate)
        {
            known = Known(request, filter);
            if (!request.EarlyExit) _listeners.Add(coming);
        }
        try
        {
            foreach (var happened in known) yield return happened;
            if (request.EarlyExit) yield break;
            await foreach (var happened in coming.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                if (request.Ref.Length == 0 || happened.Record.Ref == request.Ref) yield return happened;
        }
        finally
        {
            lock (_gate) _listeners.Remove(coming);
        }
    }

    private List<BuildHistoryEvent> Known(BuildHistoryRequest request, HistoryFilter filter)
    {
        var running = _running.Values.Select(r => new BuildHistoryEvent { Type = BuildHistoryEventType.Started, Record = r });
        var kept = request.ActiveOnly ? [] : _kept.Values.OrderBy(r => r.CreatedAt).Select(r => new BuildHistoryEvent { Type = BuildHistoryEventType.Complete, Record = r });
        var wanted = running.Concat(kept).Where(e => (request.Ref.Length == 0 || e.Record.Ref == request.Ref) && filter.Fits(e.Record));
        return [.. request.Limit > 0 ? wanted.OrderByDescending(e => e.Record.CreatedAt).Take(request.Limit) : wanted];
    }

    private void Tell(BuildHistoryEventType type, BuildHistoryRecord record)
    {
        foreach (var listener in _listeners) listener.Writer.TryWrite(new BuildHistoryEvent { Type = type, Record = record });
    }

    private void Collect()
    {
        lock (_gate)
        {
            var oldest = _time.GetUtcNow() - _age;
            foreach (var record in _kept.Values.Where(r => !r.Pinned).OrderByDescending(r => r.CompletedAt).Skip(_entries).Where(r => r.CompletedAt.ToDateTimeOffset() < oldest).ToList()) Remove(record.Ref);
        }
    }

    private void Remove(string id)
    {
        if (!_kept.Remove(id, out var record)) return;
        Files.Remove(record);
        Tell(BuildHistoryEventType.Deleted, record);
    }

    private static DaemonException Missing(string what) => new(DaemonException.NoRecord, ErrorKind.NotFound, $"The history has not {what}: it was removed, or never was.");
}
