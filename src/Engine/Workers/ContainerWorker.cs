using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers;

/// <summary>Opens containers on what vertices gave: brings their layers here and hands them to the worker process, whose steps' sandbox and grants they have.</summary>
/// <param name="store">The store that the worker uses as well.</param>
/// <param name="materializer">Fetches the layers that a container must see.</param>
/// <param name="worker">The process.</param>
/// <param name="session">Has the secrets and keys that containers and their processes ask for.</param>
/// <param name="options">How lent trees become layers.</param>
public sealed class ContainerWorker(LocalContentStore store, LayerMaterializer materializer, RootlessWorker worker, IBuildSession session, StepOptions options)
{
    private readonly TreeLayers _trees = new(store, options.Layers);

    /// <summary>Opens one; it is its caller's to dispose. Throws <see cref="WorkerException"/>, and MBK1805 to MBK1807 for what the session does not have.</summary>
    public async Task<StepContainer> OpenAsync(ContainerDescription description, CancellationToken cancellationToken)
    {
        worker.Prepare();
        var chains = await Task.WhenAll(description.Inputs.Select(i => _trees.ChainOfAsync(i, "", cancellationToken))).ConfigureAwait(false);
        await materializer.EnsureAsync(chains, cancellationToken).ConfigureAwait(false);
        var op = Describe(description);
        var lent = await LendAsync(op.Exec, cancellationToken).ConfigureAwait(false);
        try
        {
            var step = new RunStep
            {
                Op = op.ToByteString(), Inputs = { chains.Select(LayerBlobs.ToWire) }, Secrets = { lent.Secrets }, SshAgents = { lent.Agents },
            };
            return await StepContainer.OpenAsync(await worker.ConnectAsync(cancellationToken).ConfigureAwait(false), step, lent, LendAsync, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lent.Dispose();
            throw;
        }
    }

    private static Op Describe(ContainerDescription description) => new()
    {
        Platform = description.Platform,
        Exec = new ExecOp
        {
            Meta = new Meta { Hostname = description.Hostname, ExtraHosts = { description.ExtraHosts } }, Network = description.Network, Mounts = { description.Mounts },
        },
    };

    private Task<LentSecrets> LendAsync(ExecOp exec, CancellationToken cancellationToken) => LentSecrets.TakeAsync(exec, session, worker.FindProgram, options.Time, cancellationToken);
}
