using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Resolves references in registries, each once in a build: a tag that moves meanwhile cannot make two platforms disagree.</summary>
/// <param name="registries">Where they are.</param>
/// <param name="store">Gets what is read of them.</param>
/// <param name="takesOnlyImages">An image that is no index is taken for every platform.</param>
internal sealed class RegistryImages(Registries registries, IContentStore store, bool takesOnlyImages = false) : IImageResolver
{
    // A tag is resolved by a header, which nobody vouches for until the document is read.
    private const int Looks = 3;

    private readonly SharedWork<string, (RegistryRepository Repository, Descriptor Root)> _images = new();

    public async Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        var (repository, root) = await _images.GetAsync(reference.ToString(), token => OpenAsync(reference, token), cancellationToken).ConfigureAwait(false);
        return await ImageResolution.ResolveAsync(repository, root, platform, takesOnlyImages, cancellationToken).ConfigureAwait(false);
    }

    public IContentSource Open(ImageReference reference) => registries.OpenRepository(reference, store);

    private async Task<(RegistryRepository, Descriptor)> OpenAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var repository = registries.OpenRepository(reference, store);
        for (var left = Looks; ;)
        {
            var root = await repository.ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
            if (--left == 0 || await IsThereAsync(repository, root, cancellationToken).ConfigureAwait(false)) return (repository, root);
        }
    }

    // It is read anyway, and kept.
    private static async Task<bool> IsThereAsync(RegistryRepository repository, Descriptor root, CancellationToken cancellationToken)
    {
        var stream = await repository.FindAsync(root.Digest, cancellationToken).ConfigureAwait(false);
        if (stream is null) return false;
        await stream.DisposeAsync().ConfigureAwait(false);
        return true;
    }
}
