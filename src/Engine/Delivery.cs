using System.Collections.Immutable;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Brings an image to its layout, and then to every output that the request names.</summary>
internal sealed class Delivery(BuilderServices services, BuildRequest request, LocalContentStore store, LayerMaterializer layers, IProgress<BuildEvent>? progress)
{
    private readonly ArchiveExporter _archives = new(store, layers, request.SourceDateEpoch);
    private readonly TreeExporter _trees = new(store, layers);

    public async Task<Delivered> DeliverAsync(
        AssembledImage image, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken)
    {
        var layout = request.OutputDirectory is { } folder
            ? new LayoutExporter(store, layers).ExportAsync(image, names, folder, IsElsewhere, cancellationToken)
            : Task.FromResult<IReadOnlySet<Digest>>(ImmutableHashSet<Digest>.Empty);
        var archives = request.Outputs.OfType<ArchiveOutput>().Select(a => _archives.ExportAsync(image, names, a.Path, a.Docker, cancellationToken));
        await Task.WhenAll(archives.Append(layout)).ConfigureAwait(false);
        (string, string)? loaded = null;
        var files = new List<string>();
        foreach (var output in request.Outputs)
            switch (output)
            {
                case RegistryOutput registry:
                    await PushAsync(image, registry, names, cancellationToken).ConfigureAwait(false);
                    break;
                case TreeOutput { IsTar: true } tar:
                    await _trees.WriteTarAsync(PlatformTree.Of(image), tar.Path, cancellationToken).ConfigureAwait(false);
                    files.Add(tar.Path);
                    break;
                case TreeOutput tree:
                    files.AddRange(await _trees.WriteFolderAsync(PlatformTree.Of(image), tree.Path, cancellationToken).ConfigureAwait(false));
                    break;
                case LocalEngineOutput local:
                    loaded = await LoadAsync(local, image, names, cancellationToken).ConfigureAwait(false);
                    break;
            }
        return new Delivered(await layout.ConfigureAwait(false), files, loaded);
    }

    /// <summary>Fetches what of the bases will be written, while there is other work to do.</summary>
    public Task FetchAsync(IReadOnlyList<ImagePlan> plans, CancellationToken cancellationToken)
    {
        var isWhole = request.Outputs.Any(o => o is not RegistryOutput);
        return Task.WhenAll(plans.SelectMany(p => p.BaseLayers)
            .Where(l => !IsElsewhere(l) && (isWhole || request.OutputDirectory is null || !LayoutExporter.Holds(request.OutputDirectory, l.Blob)))
            .Select(l => layers.EnsureAsync(l, cancellationToken)));
    }

    // What only registry outputs need of a remote base stays where it is.
    private bool IsElsewhere(Layer layer) => request.Outputs.Count > 0 && request.Outputs.All(o => o is RegistryOutput) && layer.Origin?.Repository is not null;

    private async Task PushAsync(AssembledImage image, RegistryOutput output, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken)
    {
        var targets = output.Registry is { } registry
            ? [(Target: ImageReference.Create(registry, request.Repository), request.Tags)]
            : names.GroupBy(n => (n.Registry, n.Repository)).Select(g => (Target: ImageReference.Create(g.Key.Registry, g.Key.Repository), Tags: (IReadOnlyList<string>)[.. g.Select(n => n.Tag).OfType<string>()]));
        var delivery = new RegistryDelivery(services.Registries, store, layers, progress);
        foreach (var (target, tags) in targets) await delivery.PushAsync(image, target, tags, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(string, string)?> LoadAsync(LocalEngineOutput output, AssembledImage image, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken)
    {
        var engine = output.Engine ?? await services.LocalEngines.FindAsync(cancellationToken).ConfigureAwait(false);
        if (engine is null)
        {
            progress?.Report(new BuildMessage(MessageLevel.Info, "No Docker or Podman answers here, so the image is in its layout only."));
            return null;
        }
        // What an index holds only engines with containerd's image store can load.
        await services.LocalEngines.LoadAsync(engine, (s, c) => _archives.WriteAsync(image, names, s, docker: image.Manifests.Count == 1, c), cancellationToken).ConfigureAwait(false);
        if (names.Count == 0) return null;
        return await services.LocalEngines.FindImageAsync(engine, names[0].ToString(), cancellationToken).ConfigureAwait(false) is { } id ? (engine, id) : null;
    }
}
