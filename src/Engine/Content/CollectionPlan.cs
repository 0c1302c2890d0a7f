using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Chooses what goes: records, facts, trees and blobs that nothing refers to, the longest unused first.</summary>
/// <remarks>A blob that a record refers to stands behind the record: it comes up when the last such record goes. A record of which a blob
/// is held stays, and so do its other blobs.</remarks>
internal sealed class CollectionPlan
{
    private readonly PriorityQueue<CollectedItem, DateTime> _queue = new();
    private readonly Dictionary<Digest, int> _references = [];
    private readonly Dictionary<string, IReadOnlyList<Digest>> _referred = new(StringComparer.Ordinal);
    private readonly Dictionary<Digest, StoredBlob> _free;
    private readonly List<CollectedItem> _damaged = [];
    private readonly IReadOnlySet<Digest> _held;
    private readonly CollectionFilter _filter;
    private readonly DateTime _now;

    public CollectionPlan(StoreInventory inventory, IReadOnlySet<Digest> held, CollectionFilter filter, DateTime now)
    {
        (_held, _filter, _now) = (held, filter, now);
        _free = inventory.Blobs.Where(b => !held.Contains(b.Digest)).ToDictionary(b => b.Digest);
        foreach (var record in inventory.Records) AddRecord(record);
        foreach (var facts in inventory.Facts) Enqueue(new CollectedItem(CollectedKind.Facts, facts), []);
        foreach (var tree in inventory.Trees.Where(t => t.Kind != CollectedKind.Leftover)) Enqueue(CollectedItem.Of(tree), []);
        foreach (var blob in _free.Values)
            if (!_references.ContainsKey(blob.Digest)) Enqueue(blob);
    }

    /// <summary>Records that cannot be read: they go under any policy.</summary>
    public IReadOnlyList<CollectedItem> Damaged => _damaged;

    /// <summary>Takes from what is left, as long as <paramref name="wants"/> more removed: it is told the time of last use of what comes next.</summary>
    public IEnumerable<CollectedItem> Choose(Func<DateTime, bool> wants)
    {
        while (_queue.TryPeek(out var item, out var lastUsed) && wants(lastUsed))
        {
            _queue.Dequeue();
            yield return item;
            if (item.Kind != CollectedKind.Record) continue;
            foreach (var digest in _referred[item.File.Path])
                if (--_references[digest] == 0 && _free.TryGetValue(digest, out var blob)) Enqueue(blob);
        }
    }

    private void AddRecord(StoredFile record)
    {
        if (!SealedFile.TryRead(record.Path, out var body)) return;
        if (body is null)
        {
            _damaged.Add(new CollectedItem(CollectedKind.Leftover, record));
            return;
        }
        var digests = RecordReferences.Of(body).Select(r => r.Digest).Distinct().ToList();
        _referred[record.Path] = digests;
        foreach (var digest in digests) _references[digest] = _references.GetValueOrDefault(digest) + 1;
        if (!digests.Any(_held.Contains)) Enqueue(new CollectedItem(CollectedKind.Record, record), digests);
    }

    private void Enqueue(StoredBlob blob) => Enqueue(new CollectedItem(CollectedKind.Blob, blob.File), [blob.Digest]);

    private void Enqueue(CollectedItem item, IReadOnlyList<Digest> digests)
    {
        if (_filter.Takes(item, digests, _now)) _queue.Enqueue(item, item.File.LastUsed);
    }
}
