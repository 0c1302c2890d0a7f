using System.Runtime.Versioning;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Engine.Workers.Rootless.FileActions;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What the worker process does: it serves steps of one engine until that engine ends, and then ends itself.</summary>
[SupportedOSPlatform("linux")]
public static class WorkerHost
{
    /// <summary>Serves until <paramref name="input"/> ends.</summary>
    /// <param name="arguments">From <see cref="WorkerArguments"/>.</param>
    /// <param name="input">Frames of the engine.</param>
    /// <param name="output">Frames to the engine.</param>
    /// <param name="time">The clock.</param>
    public static async Task RunAsync(IReadOnlyList<string> arguments, Stream input, Stream output, TimeProvider time)
    {
        LibraryMemory.Limit();
        var told = WorkerArguments.Parse(arguments);
        var area = told.CreateArea();
        var store = new LocalContentStore(told.Store);
        await using (store.ConfigureAwait(false))
        {
            var contents = new StepContents();
            var snapshots = SnapshotStore.Of(store, StepIds.First, told.ChooseSnapshotter, contents.Open);
            var runner = new StepRunner(told.RunnerOptions(area) with { ConnectsAhead = true }, time);
            var layers = new DraftLayers(store, snapshots);
            var caches = new CacheMounts(told.Store);
            var executor = new OpExecutor(
                new StepExecutor(snapshots, layers, runner, caches, new FailedSteps(told.Store), area), new FileExecutor(store, snapshots, contents, layers, area), new DiffExecutor(snapshots, layers, area), contents, snapshots);
            using var channel = new FrameChannel<Frame>(Frame.Parser, input, output);
            await new WorkerServer(channel, executor, new CacheTransfer(caches, snapshots, store), new ContainerExecutor(snapshots, contents, runner, caches, area, time), () => Prepare(runner, snapshots), new IdleMemory(time)).ServeAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static void Prepare(StepRunner runner, SnapshotStore snapshots)
    {
        _ = Task.Run(runner.PrepareAsync);
        _ = Task.Run(() => snapshots.Snapshotter);
    }
}
