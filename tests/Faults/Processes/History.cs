using System.Diagnostics;

namespace MsBuildKit.Faults.Processes;

/// <summary>The histories of all processes merged, and what they prove.</summary>
internal sealed class History
{
    /// <summary>What was removed when nobody could tell what it was.</summary>
    public const string Anything = "*";

    private readonly IReadOnlyDictionary<int, long> _killed;
    private readonly List<(string Process, List<HistoryEntry> Entries)> _processes;

    /// <param name="folder">Of a file for each process, whose name ends with its number.</param>
    /// <param name="killed">When processes were killed, by their number.</param>
    public History(string folder, IReadOnlyDictionary<int, long> killed)
    {
        _killed = killed;
        // One that was killed before it was up tells nothing.
        _processes = [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)
            .Select(f => (Process: Path.GetFileName(f), Entries: File.ReadAllLines(f).Select(HistoryEntry.Parse).ToList())).Where(p => p.Entries.Count > 0)];
    }

    /// <summary>Builds that came to an end.</summary>
    public int Builds => All(HistoryKind.BuildEnded).Count();

    /// <summary>How often the result of a step was there.</summary>
    public int Found => All(HistoryKind.StepFound).Count();

    /// <summary>Blobs and records that were removed.</summary>
    public int Removed => All(HistoryKind.Removed).Count();

    /// <summary>Each project that came to another image than <paramref name="expected"/> says.</summary>
    public IEnumerable<string> FindDivergence(IReadOnlyDictionary<string, string> expected) =>
        from ended in All(HistoryKind.BuildEnded)
        where ended.Digest != expected[ended.Key]
        select $"project {ended.Key} came to {ended.Digest} instead of {expected[ended.Key]}";

    /// <summary>The longest time in which a process told nothing, and which that was.</summary>
    public (TimeSpan Time, string Process) FindLongestWait() => _processes
        .SelectMany(p => Times(p.Process, p.Entries).Zip(Times(p.Process, p.Entries).Skip(1), (a, b) => (Stopwatch.GetElapsedTime(a, b), p.Process)))
        .MaxBy(w => w.Item1);

    /// <summary>How often the steps of <paramref name="results"/> were executed, and each time for which there was no reason: another process
    /// was at it, or its result was there.</summary>
    /// <param name="results">The blobs that a step comes to, sorted.</param>
    public (int Executions, IReadOnlyList<string> Duplicates) FindDuplicates(IReadOnlyDictionary<string, string> results)
    {
        var executions = _processes.SelectMany(p => ExecutionsOf(p.Process, p.Entries)).Where(e => results.ContainsKey(e.Key)).ToList();
        var removals = _processes.SelectMany(p => RemovalsOf(p.Process, p.Entries)).ToList();
        var duplicates = new List<string>();
        foreach (var step in executions.GroupBy(e => e.Key))
        {
            var earlier = new List<Execution>();
            foreach (var execution in step.OrderBy(e => e.Start))
            {
                if (earlier.Find(e => execution.Start < e.End) is { } meanwhile) duplicates.Add($"'{step.Key}' ran in {execution.Process} while it ran in {meanwhile.Process}");
                else if (earlier.FindLast(e => e.IsWhole) is { } last && !removals.Any(r => r.Hits(results[step.Key], last.Start, execution.Start)))
                    duplicates.Add($"'{step.Key}' ran in {execution.Process} though its result from {last.Process} was there");
                earlier.Add(execution);
            }
        }
        return (executions.Count, duplicates);
    }

    private IEnumerable<HistoryEntry> All(HistoryKind kind) => _processes.SelectMany(p => p.Entries).Where(e => e.Kind == kind);

    private IEnumerable<long> Times(string process, List<HistoryEntry> entries) =>
        DeathOf(process) is { } death && death > entries[^1].Time ? entries.Select(e => e.Time).Append(death) : entries.Select(e => e.Time);

    private long? DeathOf(string process) => _killed.TryGetValue(int.Parse(process.Split('-')[^1]), out var time) ? time : null;

    private IEnumerable<Execution> ExecutionsOf(string process, List<HistoryEntry> entries)
    {
        var running = new Dictionary<string, long>();
        foreach (var entry in entries)
            if (entry.Kind == HistoryKind.StepStarted) running[entry.Key] = entry.Time;
            else if (entry.Kind == HistoryKind.StepEnded && running.Remove(entry.Key, out var start)) yield return new Execution(entry.Key, process, start, entry.Time, IsWhole: true);
        foreach (var (key, start) in running) yield return new Execution(key, process, start, DeathOf(process) ?? entries[^1].Time, IsWhole: false);
    }

    // A collection that was killed may have removed anything.
    private IEnumerable<Removal> RemovalsOf(string process, List<HistoryEntry> entries)
    {
        HistoryEntry? started = null;
        var removed = new List<string>();
        foreach (var entry in entries)
            switch (entry.Kind)
            {
                case HistoryKind.CollectionStarted:
                    (started, removed) = (entry, []);
                    break;
                case HistoryKind.Removed:
                    removed.Add(entry.Key);
                    break;
                case HistoryKind.CollectionEnded:
                    yield return new Removal(started!.Time, entry.Time, removed);
                    started = null;
                    break;
            }
        if (started is not null) yield return new Removal(started.Time, DeathOf(process) ?? long.MaxValue, [Anything]);
    }

    private sealed record Execution(string Key, string Process, long Start, long End, bool IsWhole);

    private sealed record Removal(long Start, long End, IReadOnlyList<string> Keys)
    {
        /// <summary>Took some of a step's result, or the record of it, between two moments.</summary>
        public bool Hits(string result, long from, long to) =>
            Start < to && End > from && Keys.Any(k => k == Anything || k == result || result.Split(' ').Contains(k));
    }
}
