using System.Runtime.Versioning;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.FileActions;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Hands each operation to who runs its kind, and unpacks ahead what they need.</summary>
[SupportedOSPlatform("linux")]
internal sealed class OpExecutor(StepExecutor steps, FileExecutor files, DiffExecutor differences, StepContents contents, SnapshotStore snapshots) : IStepExecutor
{
    /// <inheritdoc />
    public async Task<Done> RunAsync(RunStep step, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken)
    {
        var op = Op.Parser.ParseFrom(step.Op);
        using var lent = contents.Add(step);
        return await (op.OpCase switch
        {
            Op.OpOneofCase.Exec => steps.RunAsync(op, step, log, cancellationToken),
            Op.OpOneofCase.File => files.RunAsync(op.File, step, cancellationToken),
            Op.OpOneofCase.Diff => differences.RunAsync(op.Diff, step, cancellationToken),
            _ => throw WorkerException.NeedsRunner($"The step '{step.Name}'"),
        }).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<Done> UnpackAsync(UnpackLayers call, CancellationToken cancellationToken)
    {
        await Task.WhenAll(call.Chains.Select(UnpackAsync)).ConfigureAwait(false);
        return new Done();

        async Task UnpackAsync(Chain chain)
        {
            using var stack = await snapshots.EnsureComingAsync([.. chain.Layers.Select(LayerBlobs.FromWire)], cancellationToken).ConfigureAwait(false);
        }
    }
}
