using System.Runtime.Versioning;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>What a worker does that was started to enter a failed step: it mounts what the step had, and runs a command there with the worker's own
/// input and output. The runtime looks after a terminal: its mode, its size and its signals.</summary>
public static class FailedStepHost
{
    /// <summary>The worker's first argument.</summary>
    public const string Mode = "enter";

    private const string Terminal = "terminal", Pipes = "pipes";
    private const int Failed = 2;

    /// <summary>The arguments that have a worker enter a step.</summary>
    /// <param name="program">The worker that enters it.</param>
    /// <param name="store">The store's path.</param>
    /// <param name="id">The step.</param>
    /// <param name="hasTerminal">Whether input and output are a terminal.</param>
    /// <param name="command">What runs; none means a shell.</param>
    public static IReadOnlyList<string> Arguments(WorkerProgram program, string store, string id, bool hasTerminal, IReadOnlyList<string> command) =>
        [Mode, store, string.Join(':', program.SearchPath), program.Runtime, program.Snapshotter, id, hasTerminal ? Terminal : Pipes, .. command];

    /// <summary>Runs the command; answers its exit code, or 2 with a line of error when it could not be run.</summary>
    /// <param name="arguments">As above, without the first.</param>
    /// <param name="error">Hears why it could not.</param>
    /// <param name="time">The clock.</param>
    [SupportedOSPlatform("linux")]
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Stream error, TimeProvider time)
    {
        try
        {
            return await EnterAsync(WorkerArguments.Parse([.. arguments.Take(4)]), arguments[4], arguments[5] == Terminal, [.. arguments.Skip(6)], time).ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            await error.WriteAsync(Encoding.UTF8.GetBytes($"error {e.Code}: {e.Message}\n")).ConfigureAwait(false);
            return Failed;
        }
    }

    [SupportedOSPlatform("linux")]
    private static async Task<int> EnterAsync(WorkerArguments told, string id, bool hasTerminal, IReadOnlyList<string> command, TimeProvider time)
    {
        using var failed = new FailedSteps(told.Store).Open(id);
        var area = told.CreateArea();
        var store = new LocalContentStore(told.Store);
        await using (store.ConfigureAwait(false))
        {
            // Its files are as the way that it ran with leaves them.
            var contents = new StepContents();
            using var lent = contents.Add(failed.Step);
            var snapshots = SnapshotStore.Of(store, StepIds.First, _ => Snapshotters.Of(failed.Step.Snapshotter, told.FindProgram), contents.Open);
            // It had the host's network only where that was granted.
            var runner = new StepRunner(told.RunnerOptions(area) with { Grants = new StepGrants(HostNetwork: true) }, time);
            var op = Op.Parser.ParseFrom(failed.Step.Op);
            using var trees = new StepTrees(op, failed.Step, snapshots, new CacheMounts(told.Store), area, failed);
            var spec = await trees.PrepareAsync(CancellationToken.None).ConfigureAwait(false);
            return await runner.AttachAsync(spec with { Args = command.Count > 0 ? command : ["/bin/sh"], Terminal = hasTerminal ? ProcessCalls.ReadTerminalSize() : null }, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
