using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>What is known of a step, or of something that is moved: a layer, a file.</summary>
/// <param name="number">In the order in which steps were first heard of, from 1.</param>
/// <param name="key">Its vertex's digest, or its name.</param>
/// <param name="name">For people.</param>
/// <param name="started">When it was first heard of.</param>
internal sealed class ShownStep(int number, string key, string name, DateTimeOffset started)
{
    public int Number { get; } = number;

    public string Key { get; } = key;

    public string Name { get; } = name;

    public DateTimeOffset Started { get; } = started;

    /// <summary>How it ended, or <c>null</c> while it runs.</summary>
    public StepCompleted? Completed { get; private set; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? Ended { get; private set; }

    /// <summary>Bytes that were moved so far, where it moves some.</summary>
    public StepProgress? Moved { get; set; }

    public bool IsRunning => Completed is null;

    public void End(StepCompleted completed, DateTimeOffset now) => (Completed, Ended) = (completed, now);

    /// <summary>How long it takes or took.</summary>
    public TimeSpan Elapsed(DateTimeOffset now) => Completed?.Elapsed is { Ticks: > 0 } told ? told : Completed is { Cached: true } ? TimeSpan.Zero : (Ended ?? now) - Started;

    /// <summary>Why it failed, without its name, which stands beside it.</summary>
    public string? Error => Completed?.Error is { } error && error.StartsWith(Completed.Name + ": ", StringComparison.Ordinal) ? error[(Completed.Name.Length + 2)..] : Completed?.Error;
}
