namespace MsBuildKit.Benchmarks.Measuring;

/// <summary>What one run of a command cost.</summary>
/// <param name="Wall">From start to end.</param>
/// <param name="Processor">User and system time of the command and of all that it waited for.</param>
/// <param name="PeakBytes">Memory: the sum of what each of its processes held at most, or 0 when nobody looked.</param>
/// <param name="Output">What it said.</param>
public sealed record Measurement(TimeSpan Wall, TimeSpan Processor, long PeakBytes, string Output)
{
    /// <summary>Cores that were busy on average.</summary>
    public double Cores => Processor / Wall;
}
