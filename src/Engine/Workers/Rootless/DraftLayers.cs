using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Makes layers of what an operation leaves, and snapshots of them.</summary>
internal sealed class DraftLayers(LocalContentStore store, SnapshotStore snapshots)
{
    /// <summary>Writes what a draft has on top of its parent, and keeps it. It must be unmounted.</summary>
    public async Task<Layer> KeepAsync(SnapshotDraft draft, RunStep step, CancellationToken cancellationToken)
    {
        Layer layer;
        using (var upper = RootedTree.Open(draft.Upper))
        {
            // Seen as one tree, it tells what was changed from what was only passed through.
            using var below = draft.Parent.Lowers.Count == 0 ? null : OverlayMount.ReadOnly(draft.Target, draft.Parent.Lowers);
            using var lower = below is null ? null : RootedTree.Open(below.Target);
            layer = await WriteAsync(new UpperTree(upper, lower, StepIds.First, step.SourceDateEpoch).Read(), step, cancellationToken).ConfigureAwait(false);
        }
        using var kept = await snapshots.KeepAsync(draft, layer.DiffId, cancellationToken).ConfigureAwait(false);
        return layer;
    }

    /// <summary>Writes entries as a layer.</summary>
    public Task<Layer> WriteAsync(IEnumerable<TreeEntry> entries, RunStep step, CancellationToken cancellationToken)
    {
        var options = new LayerOptions((Compression)step.Layering.Compression, step.Layering.HasLevel ? step.Layering.Level : null, step.Layering.Parallelism);
        return LayerWriter.WriteAsync(entries, store, options, step.Name, cancellationToken);
    }
}
