using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Resolves references in registries, each once in a build: a tag that moves meanwhile cannot make two platforms disagree.</summary>
/// <param name="registries">Where they are.</param>
/// <param name="store">Gets what is read of them.</param>
/// <param name="takesOnlyImages">An image that is no index is taken for every platform.</param>
/// <param name="origins">Remembers which repositories had which images, so that a digest alone opens no image that came of another; <c>null</c> asks for none that is
/// known.</param>
internal sealed class RegistryImages(Registries registries, IContentStore store, bool takesOnlyImages = false, ICacheIndex? origins = null) : IImageResolver
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
            var root = await ResolveAsync(repository, reference, cancellationToken).ConfigureAwait(false);
            if (--left == 0 || await IsThereAsync(repository, root, cancellationToken).ConfigureAwait(false)) return (repository, root);
        }
    }

    private async Task<Descriptor> ResolveAsync(RegistryRepository repository, ImageReference reference, CancellationToken cancellationToken)
    {
        if (origins is null) return await repository.ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        var isKnown = reference.Digest is { } digest && await origins.FindAsync(OriginOf(reference, digest), cancellationToken).ConfigureAwait(false) is not null;
        var root = isKnown || reference.Digest is null ? await repository.ResolveAsync(reference, cancellationToken).ConfigureAwait(false)
            : await repository.ResolveAnewAsync(reference, cancellationToken).ConfigureAwait(false);
        if (!isKnown) await origins.SaveAsync(OriginOf(reference, root.Digest), "1"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        return root;
    }

    private static Digest OriginOf(ImageReference reference, Digest digest) => Digest.Of(Encoding.UTF8.GetBytes($"origin:1\n{reference.Registry}/{reference.Repository}\n{digest}"));

    // It is read anyway, and kept.
    private static async Task<bool> IsThereAsync(RegistryRepository repository, Descriptor root, CancellationToken cancellationToken)
    {
        var stream = await repository.FindAsync(root.Digest, cancellationToken).ConfigureAwait(false);
        if (stream is null) return false;
        await stream.DisposeAsync().ConfigureAwait(false);
        return true;
    }
}
