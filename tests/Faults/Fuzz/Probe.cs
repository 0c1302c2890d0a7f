using System.Diagnostics;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Faults.Fuzz;

/// <summary>Reads one input and says how that went.</summary>
internal sealed class Probe(FuzzTarget target, LastInput last)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    private long _began;

    /// <summary>How long the input that is being read takes already.</summary>
    public TimeSpan Running => Interlocked.Read(ref _began) is > 0 and var began ? Stopwatch.GetElapsedTime(began) : TimeSpan.Zero;

    /// <summary>What came of it, and the fault if there is one: its name tells it from others.</summary>
    public (string Outcome, Fault? Fault) Read(byte[] input)
    {
        var (outcome, fault, elapsed) = Once(input);
        // Whether it is slow or the machine has other work, the processor's own clock tells.
        for (var again = 0; again < 3 && fault is null && elapsed > s_longest; again++)
        {
            var before = Environment.CpuUsage.TotalTime;
            Once(input);
            elapsed = Environment.CpuUsage.TotalTime - before;
        }
        return fault is null && elapsed > s_longest ? (outcome, new Fault("slow", $"{input.Length} bytes took {elapsed.TotalSeconds:F1} s")) : (outcome, fault);
    }

    private (string Outcome, Fault? Fault, TimeSpan Elapsed) Once(byte[] input)
    {
        last.Keep(input);
        var began = Stopwatch.GetTimestamp();
        Interlocked.Exchange(ref _began, began);
        try
        {
            return (target.Run([.. input]), null, Stopwatch.GetElapsedTime(began));
        }
        catch (BuildException e)
        {
            return (e.Code + Shape(e.Message), null, Stopwatch.GetElapsedTime(began));
        }
        catch (Exception e)
        {
            return ("fault", new Fault($"{e.GetType().Name} {PlaceOf(e)}", e.Message.ReplaceLineEndings(" ")), Stopwatch.GetElapsedTime(began));
        }
        finally
        {
            Interlocked.Exchange(ref _began, 0);
        }
    }

    // A message without what it quotes.
    private static string Shape(string message)
    {
        var shape = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var c in message)
            if (c == '\'') quoted = !quoted;
            else if (!quoted && !char.IsAsciiDigit(c)) shape.Append(c);
        return shape.Length <= 120 ? shape.ToString() : shape.ToString(0, 120);
    }

    private static string PlaceOf(Exception e) =>
        (e.StackTrace ?? "").Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith("at MsBuildKit.", StringComparison.Ordinal)) is { } line ? line.Split('(')[0][3..] : "elsewhere";
}
