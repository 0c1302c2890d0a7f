using System.Collections.Concurrent;

namespace MsBuildKit.TestKit;

/// <summary>A clock for which every pause is over at once; only waits of the given lengths, idle timeouts as a rule, are real.</summary>
public sealed class HurriedTime(params TimeSpan[] real) : TimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _pauses = new();
    private long _passed;

    /// <summary>The pauses that were asked for.</summary>
    public IReadOnlyList<TimeSpan> Pauses => [.. _pauses];

    /// <summary>Moves the clock.</summary>
    public void Advance(TimeSpan time) => Interlocked.Add(ref _passed, time.Ticks);

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) + TimeSpan.FromTicks(Interlocked.Read(ref _passed));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (real.Contains(dueTime) || dueTime == Timeout.InfiniteTimeSpan) return base.CreateTimer(callback, state, dueTime, period);
        _pauses.Enqueue(dueTime);
        Advance(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
