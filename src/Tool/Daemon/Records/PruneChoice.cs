using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>What a request to prune takes (BuildKit's cache/manager.go).</summary>
/// <param name="request">The request. A filter that is none throws MBK2515.</param>
internal sealed class PruneChoice(PruneRequest request)
{
    private const long NanosecondsOfTick = 100;

    private static readonly string[] s_internal = ["internal", "frontend"];

    private readonly RecordFilter _filter = RecordFilter.Parse(request.Filter);

    /// <summary>How many bytes may stay; <c>null</c> when nothing has to.</summary>
    /// <param name="used">By all that there is.</param>
    /// <param name="free">On the disk.</param>
    public long? KeptBytes(long used, long free)
    {
        if (request is { ReservedSpace: 0, MaxUsedSpace: 0, MinFreeSpace: 0 }) return null;
        var kept = request.MaxUsedSpace > 0 ? request.MaxUsedSpace : request.MinFreeSpace > 0 ? used : 0;
        var missing = request.MinFreeSpace - free;
        if (missing > 0) kept = Math.Min(kept, used - missing);
        return Math.Max(kept, request.ReservedSpace);
    }

    /// <summary>Whether something may go.</summary>
    public bool Takes(UsageRecord record, DateTimeOffset now) =>
        !record.InUse
        && (request.All || !s_internal.Contains(record.RecordType))
        && (request.KeepDuration <= 0 || now - record.LastUsedAt.ToDateTimeOffset() > TimeSpan.FromTicks(request.KeepDuration / NanosecondsOfTick))
        && _filter.Fits(name => UsageFields.Find(record, name));
}
