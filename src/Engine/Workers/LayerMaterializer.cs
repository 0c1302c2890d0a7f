using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Snapshots;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>Fetches the blobs of lazy layers, each once, however many processes want it.</summary>
public sealed class LayerMaterializer(LocalContentStore store, IKeyLock locks, IProgress<BuildEvent>? progress) : ILayerProvider
{
    // What arrived wrong was spoiled on the way, as a rule.
    private const int Downloads = 4;

    private readonly SharedWork<Digest, bool> _fetches = new();

    /// <inheritdoc />
    public Task EnsureAsync(Layer layer, CancellationToken cancellationToken) =>
        _fetches.GetAsync(layer.Blob.Digest, token => FetchAsync(layer, token), cancellationToken);

    /// <summary>Some blob of a chain is not here.</summary>
    internal async ValueTask<bool> LacksAnyAsync(LayerChain chain, CancellationToken cancellationToken)
    {
        foreach (var layer in chain.Layers)
            if (!await IsHereAsync(layer, cancellationToken).ConfigureAwait(false)) return true;
        return false;
    }

    /// <summary>Fetches all that chains are made of.</summary>
    internal Task EnsureAsync(IEnumerable<LayerChain> chains, CancellationToken cancellationToken) =>
        Task.WhenAll(chains.SelectMany(c => c.Layers).DistinctBy(l => l.Blob.Digest).Select(l => EnsureAsync(l, cancellationToken)));

    // True when bytes had to move.
    private async Task<bool> FetchAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (await IsHereAsync(layer, cancellationToken).ConfigureAwait(false)) return false;
        using var held = await locks.AcquireAsync(layer.Blob.Digest.ToString(), cancellationToken).ConfigureAwait(false);
        if (await IsHereAsync(layer, cancellationToken).ConfigureAwait(false)) return false;

        var source = layer.Origin?.Source ?? throw Gone(layer);
        for (var left = Downloads; ;)
            try
            {
                await DownloadAsync(layer, source, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (RegistryException e) when (e.Code == RegistryException.WrongContent && --left > 0)
            {
                progress?.Report(new BuildMessage(MessageLevel.Detail, e.Message));
            }
    }

    private async Task DownloadAsync(Layer layer, IContentSource source, CancellationToken cancellationToken)
    {
        var name = $"fetch {layer.Blob.Digest.Hex[..12]}";
        if (!await store.TryBringAsync(source, layer.Blob.Digest, layer.Blob.Size, sofar => progress?.Report(new StepProgress(name, sofar, layer.Blob.Size)), cancellationToken).ConfigureAwait(false)) throw Gone(layer);
    }

    private async ValueTask<bool> IsHereAsync(Layer layer, CancellationToken cancellationToken)
    {
        if (await store.FindSizeAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false) != layer.Blob.Size) return false;
        store.Retain(layer.Blob.Digest);
        return await store.FindSizeAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false) == layer.Blob.Size;
    }

    private static WorkerException Gone(Layer layer) => new(WorkerException.LayerGone, ErrorKind.NotFound,
        $"The layer '{layer.Blob.Digest}' is nowhere to be had any more. Build again, with the base image pulled anew.");
}
