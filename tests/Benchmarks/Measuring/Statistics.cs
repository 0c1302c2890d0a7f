namespace MsBuildKit.Benchmarks.Measuring;

/// <summary>What several rounds say together.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>The median of ratios, each within one round: what else the machine did in a round then falls on both sides.</summary>
    public static double PairwiseRatio<T>(IReadOnlyList<T> ours, IReadOnlyList<T> theirs, Func<T, double> value) =>
        Median(ours.Zip(theirs, (our, their) => value(our) / value(their)));

    public static double PairwiseRatio(IReadOnlyList<Measurement> ours, IReadOnlyList<Measurement> theirs) =>
        PairwiseRatio(ours, theirs, m => m.Wall.TotalSeconds);

    public static double MedianSeconds(IEnumerable<Measurement> runs) => Median(runs.Select(m => m.Wall.TotalSeconds));
}
