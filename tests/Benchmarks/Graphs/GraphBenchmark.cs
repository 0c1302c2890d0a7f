using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Graphs;

internal static class GraphBenchmark
{
    public static void Run(int rounds)
    {
        using var work = new WorkFolder();
        using var log = new StreamWriter(Console.OpenStandardError());
        // A build resolves its graph once: the first run, with everything to be compiled yet, is the slowest and shows as Max.
        var job = Job.Default.WithToolchain(new InProcessEmitToolchain(logOutput: true)).WithStrategy(RunStrategy.ColdStart).WithIterationCount(rounds);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(new StreamLogger(log))
            .AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Statistics)
            .AddColumn(StatisticColumn.Median, StatisticColumn.Max)
            .WithArtifactsPath(work.Path);
        var summary = BenchmarkRunner.Run<CachedGraphBenchmark>(config);
        MarkdownExporter.GitHub.ExportToLog(summary, ConsoleLogger.Unicode);
        if (summary.HasCriticalValidationErrors || summary.Reports.Any(r => !r.Success)) throw new InvalidOperationException("The graph benchmark failed, see above.");
    }
}
