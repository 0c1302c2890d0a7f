using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>The last lines that each running step printed, and those of steps that failed.</summary>
internal sealed class StepTails(int most)
{
    private readonly StepLines _lines = new();
    private readonly Dictionary<ShownStep, Queue<string>> _tails = [];

    /// <summary>Takes note of what a step printed, and forgets a step that ended well.</summary>
    public void Note(ShownStep step, BuildEvent happened)
    {
        if (happened is StepOutput printed) _lines.Add(printed with { Name = step.Key }, line => Add(step, line));
        if (happened is not StepCompleted completed) return;
        _lines.Complete(step.Key, line => Add(step, line));
        if (completed.Error is null) _tails.Remove(step);
    }

    /// <summary>From the oldest to the newest.</summary>
    public IReadOnlyCollection<string> Of(ShownStep step) => _tails.TryGetValue(step, out var tail) ? tail : [];

    private void Add(ShownStep step, string line)
    {
        if (!_tails.TryGetValue(step, out var tail)) _tails[step] = tail = new Queue<string>();
        tail.Enqueue(line);
        if (tail.Count > most) tail.Dequeue();
    }
}
