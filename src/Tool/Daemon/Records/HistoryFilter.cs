using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;
using MsBuildKit.Tool.Daemon.Configuration;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>Which builds of the history somebody asks for (BuildKit's solver/llbsolver/history/filter.go): <c>ref</c>, <c>status</c> and <c>repository</c> as filters do,
/// and <c>startedAt</c>, <c>completedAt</c> and <c>duration</c> behind <c>&gt;</c>, <c>&gt;=</c>, <c>&lt;</c> and <c>&lt;=</c>.</summary>
internal sealed class HistoryFilter
{
    private static readonly string[] s_signs = [">=", "<=", ">", "<"];

    private readonly IReadOnlyList<Func<BuildHistoryRecord, bool>[]> _filters;

    private HistoryFilter(IReadOnlyList<Func<BuildHistoryRecord, bool>[]> filters) => _filters = filters;

    /// <summary>Reads filters, of which one must hold. Throws MBK2515.</summary>
    public static HistoryFilter Parse(IEnumerable<string> filters, DateTimeOffset now) => new([.. filters.Select(f => Read(f, now))]);

    public bool Fits(BuildHistoryRecord record) => _filters.Count == 0 || _filters.Any(f => f.All(p => p(record)));

    private static Func<BuildHistoryRecord, bool>[] Read(string text, DateTimeOffset now)
    {
        var parts = text.Split(',');
        var timed = parts.Select(p => Timed(p, now)).ToList();
        var other = RecordFilter.Parse([string.Join(',', parts.Where((_, i) => timed[i] is null))]);
        return [.. timed.OfType<Func<BuildHistoryRecord, bool>>(), r => other.Fits(name => Find(r, name))];
    }

    private static Func<BuildHistoryRecord, bool>? Timed(string text, DateTimeOffset now)
    {
        if (s_signs.FirstOrDefault(s => text.Contains(s, StringComparison.Ordinal)) is not { } sign) return null;
        var (name, value) = (text[..text.IndexOf(sign, StringComparison.Ordinal)], text[(text.IndexOf(sign, StringComparison.Ordinal) + sign.Length)..]);
        if (name is not ("startedAt" or "completedAt" or "duration")) return null;
        if ((name == "duration" ? GoDuration.ParseSpan(value)?.Ticks : Moment(value, now)) is not { } limit)
            throw new DaemonException(DaemonException.BadFilter, ErrorKind.Invalid, $"'{text}' is no filter: '{value}' is neither a span such as 24h nor a time such as 2026-01-31T12:00:00Z.");
        return record => Ticks(record, name) is { } ticks && sign switch { ">=" => ticks >= limit, "<=" => ticks <= limit, ">" => ticks > limit, _ => ticks < limit };
    }

    // A span means so long ago.
    private static long? Moment(string value, DateTimeOffset now)
    {
        if (GoDuration.ParseSpan(value) is { } span) return (now - span).UtcTicks;
        return DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment.UtcTicks : null;
    }

    private static long? Ticks(BuildHistoryRecord record, string name) => name switch
    {
        "startedAt" => record.CreatedAt.ToDateTimeOffset().UtcTicks,
        "completedAt" => record.CompletedAt?.ToDateTimeOffset().UtcTicks,
        _ => record.CompletedAt is { } completed ? (completed.ToDateTimeOffset() - record.CreatedAt.ToDateTimeOffset()).Ticks : null,
    };

    private static string? Find(BuildHistoryRecord record, string name) => name switch
    {
        "ref" => record.Ref,
        "status" when record.CompletedAt is null => "running",
        "status" when record.Error is null => "completed",
        "status" => record.Error.Message.Contains("context canceled", StringComparison.Ordinal) ? "canceled" : "error",
        "repository" => record.FrontendAttrs.TryGetValue("vcs:source", out var source) ? source : null,
        _ => null,
    };
}
