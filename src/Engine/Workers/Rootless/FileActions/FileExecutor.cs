using System.Runtime.Versioning;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Runs a file operation from its inputs' digests to the layers that it leaves.</summary>
/// <remarks>
/// Inputs are numbered first, then the actions. An action changes the tree of the one it goes on with in place, and so they become one layer, unless
/// that tree is asked for twice or is an output: then it is finished, and more goes on top. An action that no output asks for is not run.
/// </remarks>
[SupportedOSPlatform("linux")]
internal sealed class FileExecutor(LocalContentStore store, SnapshotStore snapshots, StepContents contents, DraftLayers layers, WorkArea area)
{
    private readonly DescribedSources _sources = new(store, contents);

    public async Task<Done> RunAsync(FileOp op, RunStep step, CancellationToken cancellationToken)
    {
        if (await new DescribedCopy(store, snapshots, _sources, area).TryRunAsync(op, step, cancellationToken).ConfigureAwait(false) is { } described) return described;
        using var mounts = new TreeMounts(snapshots, area);
        return await new Run(op, step, layers, mounts, _sources).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private sealed class Run(FileOp op, RunStep step, DraftLayers layers, TreeMounts mounts, DescribedSources sources)
    {
        private readonly Dictionary<long, FileResult> _results = [];

        public async Task<Done> RunAsync(CancellationToken cancellationToken)
        {
            for (var i = 0; i < step.Inputs.Count; i++) _results[i] = new FileResult(i, LayerBlobs.Of(step, i), []);
            var needed = new NeededActions(op, step.Inputs.Count);
            for (var i = 0; i < op.Actions.Count; i++)
                if (needed.Contains(i))
                {
                    var result = await RunAsync(op.Actions[i], cancellationToken).ConfigureAwait(false);
                    _results[step.Inputs.Count + i] = needed.IsFinished(i) ? await FinishAsync(result, cancellationToken).ConfigureAwait(false) : result;
                }
            return new Done { Outputs = { op.Actions.Select((a, i) => (a.Output, Result: i)).Where(o => o.Output >= 0).OrderBy(o => o.Output).Select(o => ToOutput(_results[step.Inputs.Count + o.Result])) } };
        }

        private async Task<FileResult> RunAsync(FileAction action, CancellationToken cancellationToken)
        {
            var ground = await OpenAsync(action.Input, cancellationToken).ConfigureAwait(false);
            var owner = await OwnerLookup.FindAsync(ActionOwners.Of(action), n => MountAsync(n, cancellationToken)).ConfigureAwait(false);
            using var tree = RootedTree.Open(ground.Open!.Value.Mount.Target);
            var changed = new ChangedTree(tree, owner, FileTime.FromWire(FileActionTimes.Of(action)));
            RootedTree? source = null;
            try
            {
                await AnyAction.RunAsync(action, changed, async n =>
                {
                    if (!action.Copy.AttemptUnpackDockerCompatibility && await sources.FindAsync(step, n, cancellationToken).ConfigureAwait(false) is { } described) return described;
                    return source = RootedTree.Open(await MountAsync(n, cancellationToken).ConfigureAwait(false));
                }, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                source?.Dispose();
            }
            return ground;
        }

        // A tree that somebody else still needs as it is gets a new one on top.
        private async Task<FileResult> OpenAsync(long number, CancellationToken cancellationToken)
        {
            var below = number < 0 ? new FileResult(-1, [], []) : _results[number];
            if (below.Open is not null) return below;
            return new FileResult(below.Input, below.Below, below.Own) { Open = await mounts.BeginAsync(below.Layers, cancellationToken).ConfigureAwait(false) };
        }

        private Task<string> MountAsync(long number, CancellationToken cancellationToken)
        {
            if (number < 0) return mounts.MountAsync([], cancellationToken);
            return _results[number].Open is { } open ? Task.FromResult(open.Mount.Target) : mounts.MountAsync(_results[number].Layers, cancellationToken);
        }

        private async Task<FileResult> FinishAsync(FileResult result, CancellationToken cancellationToken)
        {
            var (draft, mount) = result.Open!.Value;
            mount.Unmount();
            return new FileResult(result.Input, result.Below, [.. result.Own, await layers.KeepAsync(draft, step, cancellationToken).ConfigureAwait(false)]);
        }

        private static Output ToOutput(FileResult result) => new() { Input = result.Input, Layers = { result.Own.Select(LayerBlobs.ToWire) } };
    }
}
