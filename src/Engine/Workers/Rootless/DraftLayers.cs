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
        // The blob and the snapshot are synced at the same time, by which the disk has less to do than for one after the other.
        return await WriteAsync(draft.Snapshotter.ReadChanges(draft, StepIds.First, new EntryTimes(step.SourceDateEpoch, step.KeepsTimes ? draft.Began : long.MinValue)), step, KeepSnapshotAsync, cancellationToken).ConfigureAwait(false);

        async Task KeepSnapshotAsync(Digest diffId)
        {
            using var kept = await snapshots.KeepAsync(draft, diffId, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The same without compression, for what is in no image.</summary>
    public Task<Layer> KeepPlainAsync(SnapshotDraft draft, RunStep step, CancellationToken cancellationToken)
    {
        var plain = step.Clone();
        plain.Layering = new Layering { Compression = (int)Compression.None, Parallelism = step.Layering.Parallelism };
        return KeepAsync(draft, plain, cancellationToken);
    }

    /// <summary>Writes entries as a layer.</summary>
    public Task<Layer> WriteAsync(IEnumerable<TreeEntry> entries, RunStep step, CancellationToken cancellationToken) =>
        WriteAsync(entries, step, _ => Task.CompletedTask, cancellationToken);

    private Task<Layer> WriteAsync(IEnumerable<TreeEntry> entries, RunStep step, Func<Digest, Task> whenRead, CancellationToken cancellationToken)
    {
        var options = new LayerOptions((Compression)step.Layering.Compression, step.Layering.HasLevel ? step.Layering.Level : null, step.Layering.Parallelism);
        return LayerWriter.WriteAsync(entries, store, options, step.Name, whenRead, cancellationToken);
    }
}
