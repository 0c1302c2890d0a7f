using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Finds the images that a Dockerfile names: in registries, and in the layouts and archives that the caller lends.</summary>
/// <param name="images">Asks registries, once for each reference.</param>
/// <param name="layouts">Paths by the names that contexts have.</param>
internal sealed class DockerfileImages(IImageResolver images, IReadOnlyDictionary<string, string> layouts) : IImageConfigResolver
{
    private readonly ConcurrentDictionary<string, Lazy<Task<IContentSource>>> _sources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ImageReference, Digest> _tags = new();

    /// <summary>Tags that were resolved, and what they point at.</summary>
    public IReadOnlyList<(ImageReference Reference, Digest Digest)> Tags => [.. _tags.OrderBy(t => t.Key.ToString(), StringComparer.Ordinal).Select(t => (t.Key, t.Value))];

    /// <summary>What the session lends of each layout that was asked for.</summary>
    public async Task<IReadOnlyDictionary<string, IContentSource>> SourcesAsync()
    {
        var sources = new Dictionary<string, IContentSource>(StringComparer.Ordinal);
        foreach (var (name, source) in _sources) sources[name] = await source.Value.ConfigureAwait(false);
        return sources;
    }

    /// <inheritdoc />
    public async Task<FoundImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        var image = await images.ResolveAsync(reference, platform, cancellationToken).ConfigureAwait(false);
        if (reference.Digest is null) _tags[reference] = image.Root.Digest;
        return new FoundImage(image.Root.Digest, image.Config);
    }

    /// <inheritdoc />
    public async Task<FoundImage> ResolveLayoutAsync(string store, string? tag, Digest? digest, Platform platform, CancellationToken cancellationToken)
    {
        var source = await _sources.GetOrAdd(store, name => new(() => OpenAsync(layouts[name], cancellationToken))).Value.ConfigureAwait(false);
        var root = digest is { } known ? await ImageResolution.DescribeAsync(source, known, layouts[store], cancellationToken).ConfigureAwait(false)
            : source is ImageArchive archive ? archive.FindImage(tag)
            : await ((ImageLayout)source).FindImageAsync(tag, cancellationToken).ConfigureAwait(false);
        var image = await ImageResolution.ResolveAsync(source, root, platform, cancellationToken).ConfigureAwait(false);
        return new FoundImage(image.Manifest.Digest, image.Config);
    }

    private static async Task<IContentSource> OpenAsync(string path, CancellationToken cancellationToken) =>
        Directory.Exists(path) ? new ImageLayout(path) : await ImageArchive.OpenAsync(path, cancellationToken).ConfigureAwait(false);
}
