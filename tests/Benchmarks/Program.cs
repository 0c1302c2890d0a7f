using System.Globalization;
using System.Runtime.InteropServices;
using MsBuildKit.Benchmarks.Comparing;
using MsBuildKit.Benchmarks.Dockerfiles;
using MsBuildKit.Benchmarks.Graphs;
using MsBuildKit.Benchmarks.Layers;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Benchmarks.Publishing;
using MsBuildKit.Benchmarks.Served;
using MsBuildKit.Benchmarks.Steps;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

var rounds = Environment.GetEnvironmentVariable("BENCH_ROUNDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 5;
// What was started and written goes away when somebody stops a benchmark, too.
var stops = args is ["layers" or "publish" or "steps" or "dockerfiles" or "served" or "compare", ..] ? new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM } : [];
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
    case ["parse"]:
        ParseBenchmark.Run(rounds);
        return 0;
    case ["publish", var feed, var version]:
        await PublishBenchmark.RunAsync(feed, version, rounds);
        GC.KeepAlive(registrations);
        return 0;
    case ["steps", var peers, var cache, .. var only]:
        await StepBenchmark.RunAsync(peers, cache, rounds, only.FirstOrDefault());
        GC.KeepAlive(registrations);
        return 0;
    case ["dockerfiles", var peers, var cache, var tool, .. var only]:
        await DockerfileBenchmark.RunAsync(peers, cache, tool, rounds, only.FirstOrDefault());
        GC.KeepAlive(registrations);
        return 0;
    case ["served", var peers, var cache, var tool, .. var only]:
        await ServedBenchmark.RunAsync(peers, cache, tool, rounds, only.FirstOrDefault());
        GC.KeepAlive(registrations);
        return 0;
    case ["step-build", var ground, var cache, var output, var compression, var network, .. var commands]:
        await EngineSide.BuildAsync(new StepPlaces(ground, cache), output, Enum.Parse<Compression>(compression), Enum.Parse<StepNetwork>(network), commands);
        return 0;
    case ["step-graph", var ground, var cache, .. var commands]:
        await EngineSide.GraphAsync(new StepPlaces(ground, cache), commands);
        return 0;
    case ["step-worker", var ground, var cache]:
        await EngineSide.StartWorkerAsync(new StepPlaces(ground, cache));
        return 0;
    case ["step-unpack", var ground, var cache, var digest, var diffId]:
        await EngineSide.UnpackAsync(new StepPlaces(ground, cache), digest, diffId);
        return 0;
    case ["step-unpack-inside", var ground, var cache, var digest, var diffId]:
        await EngineSide.UnpackInsideAsync(new StepPlaces(ground, cache), digest, diffId);
        return 0;
    case ["compare", var peers, "dockerfiles", .. var only]:
        return await DockerfileComparison.RunAsync(peers, only.FirstOrDefault()) ? 0 : 1;
    case ["compare", var peers, "llb", .. var only]:
        return await LlbComparison.RunAsync(peers, only.FirstOrDefault()) ? 0 : 1;
    case ["compare", var peers, .. var only]:
        return await FileComparison.RunAsync(peers, only.FirstOrDefault()) ? 0 : 1;
    default:
        Console.Error.WriteLine("usage: eng/bench.sh [publish|layers|graph|parse|steps|dockerfiles|served|all], eng/compare.sh [dockerfiles|llb] [PART OF A NAME]");
        return 2;
}
