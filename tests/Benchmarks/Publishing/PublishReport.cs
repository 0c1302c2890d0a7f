using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Publishing;

/// <summary>The tables of a publish comparison.</summary>
internal sealed class PublishReport(string surroundings)
{
    private readonly Dictionary<Scenario, MarkdownTable> _tables = new()
    {
        [Scenario.NothingChanged] = Whole(),
        [Scenario.OneLineChanged] = Whole(),
        [Scenario.FirstImage] = new("application, target", "publish, s", "PublishContainer: container work, s", "ContainerBuild: container work, s", "ratio", "PublishContainer, cores busy", "ContainerBuild, cores busy"),
    };

    /// <summary>Adds a row.</summary>
    /// <param name="runs">Of plain publish, PublishContainer and ContainerBuild.</param>
    /// <param name="ownBytes">Of the application's own assemblies.</param>
    public void Add(Scenario scenario, AppKind kind, Delivery delivery, IReadOnlyList<IReadOnlyList<PublishRun>> runs, long ownBytes)
    {
        var (plain, peer, ours) = (runs[0], runs[1], runs[2]);
        var name = $"{(kind == AppKind.SelfContained ? "self-contained" : "framework-dependent")}, {delivery.ToString().ToLowerInvariant()}";
        if (scenario == Scenario.FirstImage)
            _tables[scenario].Add(
                name, Seconds(plain, r => r.Whole.Wall.TotalSeconds), Seconds(peer, r => r.ContainerSeconds), Seconds(ours, r => r.ContainerSeconds),
                MarkdownTable.Ratio(Statistics.PairwiseRatio(ours, peer, r => r.ContainerSeconds)), Cores(peer, plain), Cores(ours, plain));
        else
            _tables[scenario].Add(
                name, Seconds(plain, r => r.Whole.Wall.TotalSeconds),
                Seconds(peer, r => r.Whole.Wall.TotalSeconds), Ratio(peer, plain),
                Seconds(ours, r => r.Whole.Wall.TotalSeconds), Ratio(ours, plain),
                Seconds(ours, r => r.ContainerSeconds),
                delivery == Delivery.Registry ? Kilobytes(peer) : "", delivery == Delivery.Registry ? Kilobytes(ours) : "", $"{ownBytes / 1000}");
    }

    public override string ToString() =>
        $"Environment: {surroundings}.\n\nNothing changed:\n\n{_tables[Scenario.NothingChanged]}\nOne line changed:\n\n{_tables[Scenario.OneLineChanged]}\nFirst image, caches empty:\n\n{_tables[Scenario.FirstImage]}";

    private static MarkdownTable Whole() => new(
        "application, target", "publish, s", "PublishContainer, s", "ratio", "ContainerBuild, s", "ratio", "its container work, s", "PublishContainer pushed, kB", "ContainerBuild pushed, kB", "application's own files, kB");

    private static string Seconds(IReadOnlyList<PublishRun> runs, Func<PublishRun, double> value) => MarkdownTable.Seconds(Statistics.Median(runs.Select(value)));

    private static string Ratio(IReadOnlyList<PublishRun> runs, IReadOnlyList<PublishRun> plain) =>
        MarkdownTable.Ratio(Statistics.PairwiseRatio(runs, plain, r => r.Whole.Wall.TotalSeconds));

    private static string Kilobytes(IReadOnlyList<PublishRun> runs) => $"{(long)Statistics.Median(runs.Select(r => (double)r.PushedBytes)) / 1000}";

    // What the whole command used beyond plain publish, over the time of the task: the processor time of a task is not told.
    private static string Cores(IReadOnlyList<PublishRun> runs, IReadOnlyList<PublishRun> plain) =>
        MarkdownTable.Seconds(Statistics.Median(runs.Zip(plain, (run, publish) => (run.Whole.Processor - publish.Whole.Processor).TotalSeconds / run.ContainerSeconds)));
}
