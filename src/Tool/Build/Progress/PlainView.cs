using System.Globalization;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>Lines, one after the other, each with the number of its step, as BuildKit's clients print them. Nothing that a step prints is left out.</summary>
/// <remarks>Steps that run at once have turns, so that their lines do not mix: what one prints meanwhile is held until its turn.</remarks>
internal sealed class PlainView(TextWriter output, TimeProvider time) : IProgressView
{
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(5), s_pause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly ShownSteps _steps = new(time);
    private readonly StepLines _lines = new();
    private readonly Dictionary<ShownStep, List<string>> _held = [];
    private readonly Dictionary<ShownStep, DateTimeOffset> _told = [];
    private ShownStep? _current;
    private DateTimeOffset _since;
    private bool _any, _completed;

    /// <inheritdoc />
    public void Report(BuildEvent value)
    {
        lock (_gate)
        {
            if (_completed) return;
            if (value is BuildMessage message) Write(message);
            else if (_steps.Note(value) is { } step) Tell(step, value);
            Flush();
        }
    }

    /// <inheritdoc />
    public void Complete()
    {
        lock (_gate)
        {
            if (_completed) return;
            foreach (var step in _steps.All.Where(s => s.IsRunning)) _lines.Complete(step.Key, line => Hold(step, line));
            foreach (var step in _steps.All.Where(s => s != _current).Prepend(_current).OfType<ShownStep>())
                if (_held.ContainsKey(step)) Show(step);
            _completed = true;
        }
    }

    private void Tell(ShownStep step, BuildEvent happened)
    {
        if (!_held.ContainsKey(step)) _held[step] = [];
        switch (happened)
        {
            case StepOutput printed:
                _lines.Add(printed with { Name = step.Key }, line => Hold(step, $"{Seconds(time.GetUtcNow() - step.Started)} {line}"));
                break;
            case StepProgress progress:
                if (IsDue(step)) Hold(step, Transfer.Text(progress));
                if (!step.IsRunning) Hold(step, Done(step));
                break;
            case StepCompleted:
                _lines.Complete(step.Key, line => Hold(step, $"{Seconds(time.GetUtcNow() - step.Started)} {line}"));
                Hold(step, step.Error is { } error ? $"ERROR: {error}" : step.Completed!.Cached ? "CACHED" : Done(step));
                break;
        }
    }

    // The way that something makes is told now and then, and when it is made.
    private bool IsDue(ShownStep step)
    {
        var now = time.GetUtcNow();
        if (step.IsRunning && _told.TryGetValue(step, out var last) && now - last < s_pause) return false;
        _told[step] = now;
        return true;
    }

    private void Hold(ShownStep step, string line)
    {
        if (!_held.TryGetValue(step, out var lines)) _held[step] = lines = [];
        lines.Add($"#{Counts.Text(step.Number)} {line}");
    }

    private void Flush()
    {
        while (Next() is { } step) Show(step);
    }

    private ShownStep? Next()
    {
        var others = _steps.All.Where(s => s != _current && _held.ContainsKey(s));
        if (_current is null) return others.FirstOrDefault();
        if (_held.ContainsKey(_current)) return _current;
        return !_current.IsRunning || time.GetUtcNow() - _since >= s_turn ? others.FirstOrDefault() : null;
    }

    private void Show(ShownStep step)
    {
        if (step != _current)
        {
            Leave();
            output.WriteLine($"#{Counts.Text(step.Number)} {step.Name}");
            (_current, _since) = (step, time.GetUtcNow());
        }
        _held.Remove(step, out var lines);
        foreach (var line in lines!) output.WriteLine(line);
    }

    // A step that goes on says so before another has its turn.
    private void Leave()
    {
        if (_current is { IsRunning: true } running) output.WriteLine($"#{Counts.Text(running.Number)} ...");
        if (_any) output.WriteLine();
        (_any, _current) = (true, null);
    }

    private void Write(BuildMessage message)
    {
        if (message.Level == MessageLevel.Detail || message.Position is not null) return;
        Leave();
        output.WriteLine(message.Level == MessageLevel.Warning ? $"warning {message.Code}: {message.Text}" : message.Text);
    }

    private string Done(ShownStep step) => $"DONE {step.Elapsed(time.GetUtcNow()).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)}s";

    // Three digits behind the point while they fit, as BuildKit has them.
    private static string Seconds(TimeSpan span) =>
        span.TotalSeconds.ToString(span.TotalSeconds < 10 ? "0.000" : span.TotalSeconds < 100 ? "0.00" : "0.0", CultureInfo.InvariantCulture);
}
