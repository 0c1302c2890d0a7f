using System.Globalization;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>Lays out what a terminal shows of a build at one moment.</summary>
internal sealed class TtyFrame(ShownSteps steps, StepTails tails, DateTimeOffset started, bool colors)
{
    /// <summary>Lines of a step that runs.</summary>
    public const int MostLines = 6;

    private const string Blue = "\x1b[34m", Red = "\x1b[31m", Grey = "\x1b[2m", Plain = "\x1b[0m";

    /// <summary>A header and the steps; of those, as many as there is room for, and what runs before what ran.</summary>
    public IReadOnlyList<(string Text, int Length)> Lines(DateTimeOffset now, int width, int height, bool isLast)
    {
        List<(ShownStep Step, List<(string, int)> Lines)> blocks = [.. steps.All.Select(s => (s, Block(s, now, width, isLast)))];
        var room = Math.Max(1, height - 1);
        var count = blocks.Sum(b => b.Lines.Count);
        foreach (var block in blocks.Where(b => !b.Step.IsRunning).ToList())
            if (count > room && blocks.Remove(block)) count -= block.Lines.Count;
        return [Header(now, width, isLast), .. blocks.SelectMany(b => b.Lines).Take(room)];
    }

    private (string, int) Header(DateTimeOffset now, int width, bool isLast)
    {
        var ended = steps.All.Count(s => !s.IsRunning);
        return Cut($"[+] Building {Seconds(now - started)} ({Counts.Text(ended)}/{Counts.Text(steps.All.Count)}){(isLast ? steps.All.Any(s => s.Error is not null) ? " FAILED" : " FINISHED" : "")}", width, "");
    }

    private List<(string, int)> Block(ShownStep step, DateTimeOffset now, int width, bool isLast)
    {
        var time = " " + Seconds(step.Elapsed(now));
        var state = step.Error is not null ? "ERROR " : step.Completed?.Cached == true ? "CACHED " : "";
        var name = $" => {state}{step.Name}{(step is { IsRunning: true, Moved: { } moved } ? " " + Transfer.Text(moved) : "")}";
        var room = Math.Max(0, width - 1 - time.Length);
        name = name.Length > room ? name[..room] : name.PadRight(room);
        var lines = new List<(string, int)> { Cut(name + time, width, step.Error is not null ? Red : step.IsRunning ? "" : Blue) };
        if (step.IsRunning && !isLast) lines.AddRange(tails.Of(step).Select(l => Cut($" => => # {l}", width, Grey)));
        return lines;
    }

    // The last column stays free: some terminals go to the next line when it is written to.
    private (string, int) Cut(string text, int width, string color)
    {
        text = text.Replace('\t', ' ');
        if (text.Length > width - 1) text = text[..Math.Max(0, width - 1)];
        return (colors && color.Length > 0 ? color + text + Plain : text, text.Length);
    }

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + "s";
}
