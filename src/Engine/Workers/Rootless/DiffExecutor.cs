using System.Runtime.Versioning;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Compares the trees of a diff operation, and leaves one layer of what the upper one has otherwise.</summary>
[SupportedOSPlatform("linux")]
internal sealed class DiffExecutor(SnapshotStore snapshots, DraftLayers layers, WorkArea area)
{
    public async Task<Done> RunAsync(DiffOp diff, RunStep step, CancellationToken cancellationToken)
    {
        using var mounts = new TreeMounts(snapshots, area);
        using var lower = await OpenAsync(diff.Lower.Input, step, mounts, cancellationToken).ConfigureAwait(false);
        using var upper = await OpenAsync(diff.Upper.Input, step, mounts, cancellationToken).ConfigureAwait(false);
        var entries = new TreeDifference(lower, upper, StepIds.First, step.SourceDateEpoch).Read();
        var layer = await layers.WriteAsync(entries, step, cancellationToken).ConfigureAwait(false);
        return new Done { Outputs = { new Output { Input = -1, Layers = { LayerBlobs.ToWire(layer) } } } };
    }

    private static async Task<RootedTree?> OpenAsync(long input, RunStep step, TreeMounts mounts, CancellationToken cancellationToken) =>
        input < 0 ? null : RootedTree.Open(await mounts.MountAsync(LayerBlobs.Of(step, input), cancellationToken).ConfigureAwait(false));
}
