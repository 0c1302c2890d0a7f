using System.Collections.Concurrent;
using System.Runtime.Versioning;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>The containers of a worker, by the number of the call that opened each. They close with their call.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ContainerExecutor(SnapshotStore snapshots, StepContents contents, StepRunner runner, CacheMounts caches, WorkArea area, TimeProvider time) : IContainerExecutor
{
    private readonly ConcurrentDictionary<ulong, HostedContainer> _open = new();

    /// <inheritdoc />
    public async Task<Done> OpenAsync(RunStep description, Conversation conversation, CancellationToken cancellationToken)
    {
        var op = Op.Parser.ParseFrom(description.Op);
        Check(op, description);
        // Unpacking and mounting take a while in which a network can be connected.
        if (op.Exec.Network == NetMode.Unset) runner.ConnectAhead();
        using var lent = contents.Add(description);
        using var trees = new StepTrees(op, description, snapshots, caches, area);
        var container = new HostedContainer(await trees.PrepareAsync(cancellationToken).ConfigureAwait(false), runner, new ContainerFiles(op.Exec.Mounts, trees), time);
        await using (container.ConfigureAwait(false))
        {
            _open[conversation.Number] = container;
            try
            {
                await conversation.SayAsync(new Frame { Ready = new Ready() }).ConfigureAwait(false);
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
                return new Done();
            }
            finally
            {
                _open.TryRemove(conversation.Number, out _);
            }
        }
    }

    /// <inheritdoc />
    public Task<Done> StartAsync(StartProcess process, Conversation conversation, CancellationToken cancellationToken) =>
        Find(process.Container).StartAsync(process, conversation, cancellationToken);

    /// <inheritdoc />
    public Task<Done> ReadAsync(ReadFiles call, CancellationToken cancellationToken) => Task.FromResult(Find(call.Container).Files.Read(call));

    private HostedContainer Find(ulong number) => _open.GetValueOrDefault(number) ?? throw ContainerErrors.Closed();

    private static void Check(Op op, RunStep description)
    {
        if (op.Exec?.Meta is null) throw ContainerErrors.BadDescription("it is described by no exec operation");
        var root = op.Exec.Mounts.Where(m => m.Dest == "/").ToList();
        if (root is not [{ MountType: MountType.Bind }]) throw ContainerErrors.BadDescription("it needs one mount at '/', of the kind bind");
        if (op.Exec.Mounts.FirstOrDefault(m => m.Input >= description.Inputs.Count) is { } mount) throw ContainerErrors.BadDescription($"its mount at '{mount.Dest}' is of an input that it was not given");
    }
}
