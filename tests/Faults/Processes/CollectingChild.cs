using MsBuildKit.Engine.Content;

namespace MsBuildKit.Faults.Processes;

/// <summary>The process of the drill that keeps the store small while the others build in it, until its standard input ends.</summary>
internal sealed class CollectingChild(string root, long keep)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, string> _records = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var end = Task.Run(Console.In.ReadToEnd, cancellationToken);
        using var history = new HistoryWriter(Path.Combine(BuildingChild.HistoryOf(root), $"collect-{Environment.ProcessId}"));
        var collector = new StoreCollector(BuildingChild.StoreOf(root), TimeProvider.System);
        while (!end.IsCompleted)
        {
            await Task.WhenAny(end, Task.Delay(s_pause, cancellationToken));
            history.Write(HistoryKind.CollectionStarted);
            ReadRecords();
            foreach (var item in collector.Collect(new CollectionPolicy { KeepBytes = keep }, dryRun: false, cancellationToken).Removed)
                if (item.Kind is CollectedKind.Blob or CollectedKind.Record) history.Write(HistoryKind.Removed, KeyOf(item));
            history.Write(HistoryKind.CollectionEnded);
        }
    }

    // What a record refers to never changes, and nobody can say when it is gone.
    private void ReadRecords()
    {
        foreach (var record in StoreInventory.Read(BuildingChild.StoreOf(root)).Records)
            if (!_records.ContainsKey(record.Path) && StoreAccount.TryReadRecord(record.Path) is { } digests) _records[record.Path] = digests;
    }

    private string KeyOf(CollectedItem item) => item.Kind == CollectedKind.Blob
        ? $"{Path.GetFileName(Path.GetDirectoryName(item.File.Path))}:{Path.GetFileName(item.File.Path)}"
        : _records.GetValueOrDefault(item.File.Path, History.Anything);
}
