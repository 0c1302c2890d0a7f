using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>The steps of a build, numbered as they are heard of.</summary>
internal sealed class ShownSteps(TimeProvider time)
{
    private readonly Dictionary<string, ShownStep> _byKey = new(StringComparer.Ordinal);
    private readonly List<ShownStep> _all = [];

    public IReadOnlyList<ShownStep> All => _all;

    /// <summary>The step that an event is about, with what the event says of it; <c>null</c> for one that is about none, or that says nothing new.</summary>
    public ShownStep? Note(BuildEvent happened)
    {
        if (NameOf(happened) is not { } name) return null;
        var key = happened.Step ?? name;
        if (!_byKey.TryGetValue(key, out var step)) _all.Add(_byKey[key] = step = new ShownStep(_all.Count + 1, key, Printable.Text(name), time.GetUtcNow()));
        // A step that several platforms share is heard of again, as cached.
        else if (!step.IsRunning || happened is StepStarted) return null;
        if (happened is StepProgress moved) step.Moved = moved;
        if (happened is StepCompleted completed) step.End(completed, time.GetUtcNow());
        if (happened is StepProgress { Step: null } whole && whole.Current == whole.Total) step.End(new StepCompleted(name, false, TimeSpan.Zero), time.GetUtcNow());
        return step;
    }

    /// <summary>A step by what events call it.</summary>
    public ShownStep? Find(string key) => _byKey.GetValueOrDefault(key);

    private static string? NameOf(BuildEvent happened) => happened switch
    {
        StepStarted started => started.Name,
        StepCompleted completed => completed.Name,
        StepOutput output => output.Name,
        StepProgress progress => progress.Name,
        _ => null,
    };
}
