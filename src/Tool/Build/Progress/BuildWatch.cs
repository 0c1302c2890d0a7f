using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>Keeps of a build's events what is told at its end, whatever the view shows: what the step that failed printed last, and what is to be
/// said about the Dockerfile.</summary>
internal sealed class BuildWatch(IProgressView view, TimeProvider time) : IProgress<BuildEvent>
{
    private const int MostLines = 10;

    private readonly Lock _gate = new();
    private readonly ShownSteps _steps = new(time);
    private readonly StepTails _tails = new(MostLines);
    private readonly List<BuildMessage> _remarks = [];

    /// <summary>Warnings about places in the Dockerfile.</summary>
    public IReadOnlyList<BuildMessage> Remarks => _remarks;

    /// <inheritdoc />
    public void Report(BuildEvent value)
    {
        view.Report(value);
        lock (_gate)
            if (value is BuildMessage { Level: MessageLevel.Warning, Position: not null } remark) _remarks.Add(remark);
            else if (_steps.Note(value) is { } step) _tails.Note(step, value);
    }

    /// <summary>The steps that failed, with the last lines of each.</summary>
    public IReadOnlyList<(string Name, IReadOnlyCollection<string> Lines)> Failed()
    {
        lock (_gate) return [.. _steps.All.Where(s => s.Error is not null).Select(s => (s.Name, _tails.Of(s)))];
    }
}
