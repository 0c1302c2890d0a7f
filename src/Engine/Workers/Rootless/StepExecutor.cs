using System.Runtime.Versioning;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Runs an exec operation from its inputs' digests to the layers that it leaves.</summary>
[SupportedOSPlatform("linux")]
internal sealed class StepExecutor(LocalContentStore store, SnapshotStore snapshots, StepRunner runner, CacheMounts caches, WorkArea area) : IStepExecutor
{
    /// <inheritdoc />
    public async Task<Done> RunAsync(RunStep step, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken)
    {
        var op = Op.Parser.ParseFrom(step.Op);
        if (op.OpCase != Op.OpOneofCase.Exec) throw WorkerException.NeedsRunner($"The step '{step.Name}'");
        // Unpacking and mounting take a while in which a network can be connected.
        if (op.Exec.Network == NetMode.Unset) runner.ConnectAhead();
        var trees = new StepTrees(op.Exec, step, snapshots, caches, area);
        await using (trees.ConfigureAwait(false))
        {
            var spec = await trees.PrepareAsync(cancellationToken).ConfigureAwait(false);
            await runner.RunAsync(spec, new StepLog(log), cancellationToken).ConfigureAwait(false);
            trees.Unmount();
            return await CollectAsync(op.Exec, step, trees, cancellationToken).ConfigureAwait(false);
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
                if (trees.FindDraft(mount) is { } draft) output.Layers.Add(LayerBlobs.ToWire(await WriteAsync(draft, step, cancellationToken).ConfigureAwait(false)));
            }
            done.Outputs.Add(output);
        }
        return done;
    }

    private async Task<Layer> WriteAsync(SnapshotDraft draft, RunStep step, CancellationToken cancellationToken)
    {
        var options = new LayerOptions((Compression)step.Layering.Compression, step.Layering.HasLevel ? step.Layering.Level : null, step.Layering.Parallelism);
        // The blob and the snapshot are synced at the same time, by which the disk has less to do than for one after the other.
        return await LayerWriter.WriteAsync(ReadChanges(draft, step.SourceDateEpoch), store, options, step.Name, KeepAsync, cancellationToken).ConfigureAwait(false);

        async Task KeepAsync(Digest diffId)
        {
            using var kept = await snapshots.KeepAsync(draft, diffId, cancellationToken).ConfigureAwait(false);
        }
    }

    // What lies below is mounted as long as it is read: seen as one tree, it tells what was changed from what was only passed through.
    private static IEnumerable<TreeEntry> ReadChanges(SnapshotDraft draft, long latestSeconds)
    {
        using var upper = RootedTree.Open(draft.Upper);
        using var below = draft.Parent.Lowers.Count == 0 ? null : OverlayMount.ReadOnly(draft.Target, draft.Parent.Lowers);
        using var lower = below is null ? null : RootedTree.Open(below.Target);
        foreach (var entry in new UpperTree(upper, lower, StepIds.First, latestSeconds).Read()) yield return entry;
    }

    private sealed class StepLog(Func<int, ReadOnlyMemory<byte>, ValueTask> log) : IStepOutput
    {
        public ValueTask WriteAsync(StepStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => log(stream == StepStream.Output ? 1 : 2, bytes);
    }
}
