using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers;

/// <summary>Opens containers on what vertices gave: brings their layers here and hands them to the worker process, whose steps' sandbox and grants they have.</summary>
/// <param name="materializer">Fetches the layers that a container must see.</param>
/// <param name="worker">The process.</param>
/// <param name="session">Has the secrets and keys that containers and their processes ask for.</param>
/// <param name="layers">Of what containers are opened on.</param>
/// <param name="time">The clock.</param>
internal sealed class ContainerWorker(LayerMaterializer materializer, RootlessWorker worker, IBuildSession session, TreeLayers layers, TimeProvider time)
{
    private readonly UnpackedFetch _fetch = new(materializer, worker);

    /// <summary>Opens one; it is its caller's to dispose. Throws <see cref="WorkerException"/>, and MBK1805 to MBK1807 for what the session does not have.</summary>
    public async Task<StepContainer> OpenAsync(ContainerDescription description, CancellationToken cancellationToken)
    {
        worker.Prepare();
        var chains = await Task.WhenAll(description.Inputs.Select(i => layers.StackOfAsync(i, "", cancellationToken))).ConfigureAwait(false);
        await _fetch.EnsureAsync(chains, cancellationToken).ConfigureAwait(false);
        var op = Describe(description);
        var lent = await LendAsync(op.Exec, cancellationToken).ConfigureAwait(false);
        try
        {
            var step = new RunStep
            {
                Op = op.ToByteString(), Inputs = { chains.Select(LayerBlobs.ToWire) }, Contents = { layers.Described.TablesFor(chains) }, Secrets = { lent.Secrets }, SshAgents = { lent.Agents },
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

    private Task<LentSecrets> LendAsync(ExecOp exec, CancellationToken cancellationToken) => LentSecrets.TakeAsync(exec, session, worker.FindProgram, time, cancellationToken);
}
