using System.Runtime.Versioning;
using System.Text;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Runs an exec operation from its inputs' digests to the layers that it leaves.</summary>
[SupportedOSPlatform("linux")]
internal sealed class StepExecutor(
    SnapshotStore snapshots, DraftLayers layers, StepRunner runner, CacheMounts caches, FailedSteps failed, WorkArea area)
{
    /// <summary>The number, beside those of <see cref="StepStream"/>, of what the worker itself has to say of a step.</summary>
    public const int RemarkStream = 3;

    /// <summary>Runs the command; what it prints goes to <paramref name="log"/>.</summary>
    public async Task<Done> RunAsync(Op op, RunStep step, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken)
    {
        var exec = op.Exec;
        // Unpacking and mounting take a while in which a network can be connected.
        if (exec.Network == NetMode.Unset) runner.ConnectAhead();
        using var trees = new StepTrees(op, step, snapshots, caches, area, remark: text => log(RemarkStream, Encoding.UTF8.GetBytes(text)));
        var spec = await trees.PrepareAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await runner.RunAsync(spec, new StepLog(log), cancellationToken).ConfigureAwait(false);
        }
        catch (WorkerException e) when (e.Failure is not null && step.KeepFailed)
        {
            throw TryKeep(trees, step) is { } id ? failed.Explain(e, id) : e;
        }
        catch (WorkerException e) when (step.GiveFailed)
        {
            throw await TryGiveAsync(exec, step, trees, cancellationToken).ConfigureAwait(false) is { } left ? WorkerException.Of(e, left) : e;
        }
        trees.Unmount();
        return await CollectAsync(exec, step, trees, cancellationToken).ConfigureAwait(false);
    }

    private string? TryKeep(StepTrees trees, RunStep step)
    {
        try
        {
            trees.Unmount();
            return failed.TryKeep(trees.FindDraft(trees.Root), step);
        }
        catch (SnapshotException)
        {
            // Why the step failed matters more.
            return null;
        }
    }

    private async Task<LeftTrees?> TryGiveAsync(ExecOp exec, RunStep step, StepTrees trees, CancellationToken cancellationToken)
    {
        try
        {
            trees.Unmount();
            var left = new LeftTrees();
            foreach (var mount in exec.Mounts)
            {
                var output = new Output { Input = (int)mount.Input };
                if (trees.FindDraft(mount) is { } draft) output.Layers.Add(LayerBlobs.ToWire(await layers.KeepPlainAsync(draft, step, cancellationToken).ConfigureAwait(false)));
                left.Mounts.Add(output);
            }
            return left;
        }
        catch (Exception e) when (e is SnapshotException or IOException)
        {
            // Why the step failed matters more.
            return null;
        }
    }

    private async Task<Done> CollectAsync(ExecOp exec, RunStep step, StepTrees trees, CancellationToken cancellationToken)
    {
        var done = new Done();
        // BuildKit's client says 0 of what has no output at all, such as a secret.
        var outputs = exec.Mounts.Where(m => m.MountType == MountType.Bind && m.Output >= 0).ToDictionary(m => m.Output);
        for (var number = 0L; number <= outputs.Keys.DefaultIfEmpty(-1).Max(); number++)
        {
            // A number that no mount has is an output of nothing.
            var output = new Output { Input = -1 };
            if (outputs.TryGetValue(number, out var mount))
            {
                output.Input = (int)mount.Input;
                if (trees.FindDraft(mount) is { } draft) output.Layers.Add(LayerBlobs.ToWire(await layers.KeepAsync(draft, step, cancellationToken).ConfigureAwait(false)));
            }
            done.Outputs.Add(output);
        }
        return done;
    }

    private sealed class StepLog(Func<int, ReadOnlyMemory<byte>, ValueTask> log) : IStepOutput
    {
        public ValueTask WriteAsync(StepStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => log(stream == StepStream.Output ? 1 : 2, bytes);
    }
}
