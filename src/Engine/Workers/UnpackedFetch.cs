using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers;

/// <summary>Fetches the layers that a worker must see, and has it unpack them while they come.</summary>
/// <param name="materializer">Fetches.</param>
/// <param name="worker">Unpacks.</param>
internal sealed class UnpackedFetch(LayerMaterializer materializer, RootlessWorker worker)
{
    /// <summary>Returns when all blobs are here. Unpacking ahead is a matter of time only: what fails there is told when the layers are needed.</summary>
    public async Task EnsureAsync(IReadOnlyList<LayerChain> chains, CancellationToken cancellationToken)
    {
        var coming = new List<Chain>();
        foreach (var chain in chains)
            if (await materializer.LacksAnyAsync(chain, cancellationToken).ConfigureAwait(false)) coming.Add(LayerBlobs.ToWire(new LayerChain([.. chain.Layers.TakeWhile(l => !l.IsDescribed)])));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var unpacking = coming.Count == 0 ? Task.CompletedTask : worker.UnpackAsync(new UnpackLayers { Chains = { coming } }, stop.Token);
        try
        {
            await materializer.EnsureAsync(chains, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            await unpacking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
