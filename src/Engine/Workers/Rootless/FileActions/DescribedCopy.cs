using System.Runtime.Versioning;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Runs a file operation whose copies are of described trees without touching a file of them: what is below is looked at, and the layer is described
/// too.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DescribedCopy(LocalContentStore store, SnapshotStore snapshots, DescribedSources sources, WorkArea area)
{
    /// <summary>What the operation leaves; <c>null</c> when it needs a tree on disk.</summary>
    public async Task<Done?> TryRunAsync(FileOp op, RunStep step, CancellationToken cancellationToken)
    {
        if (!step.Describe || !Suits(op, step)) return null;
        using var mounts = new TreeMounts(snapshots, area);
        try
        {
            var ground = op.Actions[0].Input;
            using var below = ground < 0 ? null : RootedTree.Open(await mounts.MountAsync(LayerBlobs.Of(step, ground), cancellationToken).ConfigureAwait(false));
            var tree = new ScratchTree(below, step.SourceDateEpoch);
            foreach (var action in op.Actions) await RunAsync(action, tree, step, mounts, cancellationToken).ConfigureAwait(false);
            var entries = tree.Entries.Select(e => e with { ModifiedSeconds = step.KeepsTimes ? e.ModifiedSeconds : Math.Min(e.ModifiedSeconds, step.SourceDateEpoch) });
            if (TreeDescription.TryWrite(entries) is not { } document) return null;
            var blob = await store.PutAsync(TreeDescription.MediaType, document, cancellationToken).ConfigureAwait(false);
            var layer = new Layer { DiffId = blob.Digest, Blob = blob, CreatedBy = step.Name };
            return new Done { Outputs = { new Output { Input = (int)ground, Layers = { LayerBlobs.ToWire(layer) } } } };
        }
        catch (IndescribableException)
        {
            return null;
        }
        catch (BuildException) when (step.GiveFailed)
        {
            // It fails on disk too, and leaves the trees there that somebody wants to look into.
            return null;
        }
    }

    private async Task RunAsync(FileAction action, ScratchTree tree, RunStep step, TreeMounts mounts, CancellationToken cancellationToken)
    {
        var owner = await OwnerLookup.FindAsync(
            ActionOwners.Of(action),
            n => n < step.Inputs.Count ? mounts.MountAsync(LayerBlobs.Of(step, n), cancellationToken) : throw new IndescribableException()).ConfigureAwait(false);
        var changed = new ChangedTree(tree, owner, FileTime.FromWire(FileActionTimes.Of(action)));
        await AnyAction.RunAsync(action, changed, async n => await sources.FindAsync(step, n, cancellationToken).ConfigureAwait(false) ?? throw new IndescribableException(), cancellationToken).ConfigureAwait(false);
    }

    // Each action goes on with the one before it, and the last is the only output.
    private static bool Suits(FileOp op, RunStep step)
    {
        for (var i = 0; i < op.Actions.Count; i++)
        {
            var action = op.Actions[i];
            if (i == 0 ? action.Input >= step.Inputs.Count : action.Input != step.Inputs.Count + i - 1) return false;
            if (action.Output >= 0 != (i == op.Actions.Count - 1) || action.Rm is not null) return false;
            if (action.Copy is { } copy && (copy.AttemptUnpackDockerCompatibility || !DescribedSources.Has(step, action.SecondaryInput))) return false;
        }
        return true;
    }
}
