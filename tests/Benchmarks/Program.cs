using System.Globalization;
using System.Runtime.InteropServices;
using MsBuildKit.Benchmarks.Graphs;
using MsBuildKit.Benchmarks.Layers;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Publishing;
using MsBuildKit.Engine.Oci;

var rounds = Environment.GetEnvironmentVariable("BENCH_ROUNDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 5;
// What was started and written goes away when somebody stops a benchmark, too.
var stops = args is ["layers" or "publish", ..] ? new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM } : [];
var registrations = stops.Select(s => PosixSignalRegistration.Create(s, context =>
{
    context.Cancel = true;
    MeasuredCommand.Stop.Cancel();
})).ToList();

switch (args)
{
    case ["write-layer", var directory, var store, var compression]:
        await WriteLayer.RunAsync(directory, store, Enum.Parse<Compression>(compression));
        return 0;
    case ["layers"]:
        await LayerBenchmark.RunAsync(rounds);
        GC.KeepAlive(registrations);
        return 0;
    case ["graph"]:
        GraphBenchmark.Run(rounds);
        return 0;
    case ["publish", var feed, var version]:
        await PublishBenchmark.RunAsync(feed, version, rounds);
        GC.KeepAlive(registrations);
        return 0;
    default:
        Console.Error.WriteLine("usage: eng/bench.sh [publish|layers|graph|all]");
        return 2;
}
