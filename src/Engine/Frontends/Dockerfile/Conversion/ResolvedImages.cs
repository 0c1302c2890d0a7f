using System.Collections.Concurrent;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Asks for each image once, however often a Dockerfile names it and for however many platforms it is converted.</summary>
internal sealed class ResolvedImages(IImageConfigResolver resolver, CancellationToken cancellationToken)
{
    private readonly ConcurrentDictionary<(string, Platform), Lazy<Task<FoundImage>>> _found = new();

    public Task<FoundImage> FindAsync(ImageReference reference, Platform platform) =>
        Once(reference.ToString(), platform, () => resolver.ResolveAsync(reference, platform, cancellationToken));

    public Task<FoundImage> FindAsync(LayoutContext layout, Platform platform) =>
        Once(layout.ToString(), platform, () => resolver.ResolveLayoutAsync(layout.Store, layout.Tag, layout.Digest, platform, cancellationToken));

    private Task<FoundImage> Once(string name, Platform platform, Func<Task<FoundImage>> find) =>
        _found.GetOrAdd((name, platform), _ => new Lazy<Task<FoundImage>>(find)).Value;
}
