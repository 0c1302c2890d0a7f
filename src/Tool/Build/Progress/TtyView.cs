using System.Text;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>A list of steps on a terminal, drawn anew ten times a second at most: what ran, what runs and what it printed last.</summary>
internal sealed class TtyView : IProgressView
{
    private const string HideCursor = "\x1b[?25l", ShowCursor = "\x1b[?25h", EraseLine = "\x1b[K", EraseBelow = "\x1b[J";

    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly TextWriter _output;
    private readonly TimeProvider _time;
    private readonly Func<(int Width, int Height)> _size;
    private readonly TtyFrame _frame;
    private readonly ShownSteps _steps;
    private readonly StepTails _tails = new(TtyFrame.MostLines);
    private readonly List<string> _messages = [];
    private readonly ITimer _timer;
    private List<int> _drawn = [];
    private bool _completed;

    public TtyView(TextWriter output, TimeProvider time, Func<(int Width, int Height)> size, bool colors)
    {
        (_output, _time, _size, _steps) = (output, time, size, new ShownSteps(time));
        _frame = new TtyFrame(_steps, _tails, time.GetUtcNow(), colors);
        Write(HideCursor);
        _timer = time.CreateTimer(_ => Draw(), null, s_between, s_between);
    }

    /// <inheritdoc />
    public void Report(BuildEvent value)
    {
        lock (_gate)
        {
            if (_completed) return;
            if (value is BuildMessage { Level: not MessageLevel.Detail, Position: null } message)
                _messages.Add(message.Level == MessageLevel.Warning ? $"warning {message.Code}: {message.Text}" : message.Text);
            else if (_steps.Note(value) is { } step) _tails.Note(step, value);
        }
    }

    /// <inheritdoc />
    public void Complete()
    {
        lock (_gate)
        {
            if (_completed) return;
            Show(isLast: true);
            _completed = true;
            Write(ShowCursor);
        }
        _timer.Dispose();
    }

    /// <summary>Draws what is so now.</summary>
    public void Draw()
    {
        lock (_gate)
            if (!_completed) Show(isLast: false);
    }

    private void Show(bool isLast)
    {
        var (width, height) = _size() is { Width: > 0, Height: > 0 } told ? told : (80, 24);
        var lines = _frame.Lines(_time.GetUtcNow(), width, isLast ? int.MaxValue : height - 1, isLast);
        var text = new StringBuilder();
        // A terminal that became narrower shows a line in several rows.
        var rows = _drawn.Sum(l => Math.Max(1, (l + width - 1) / width));
        if (rows > 0) text.Append('\r').Append("\x1b[").Append(Math.Min(rows, height - 1)).Append('A');
        foreach (var message in _messages) text.Append(message).Append(EraseLine).Append('\n');
        foreach (var line in lines) text.Append(line.Text).Append(EraseLine).Append('\n');
        text.Append(EraseBelow);
        _messages.Clear();
        _drawn = [.. lines.Select(l => l.Length)];
        Write(text.ToString());
    }

    // Nobody may be there to look any more: the build goes on.
    private void Write(string text)
    {
        try
        {
            _output.Write(text);
            _output.Flush();
        }
        catch (IOException)
        {
            _completed = true;
        }
    }
}
