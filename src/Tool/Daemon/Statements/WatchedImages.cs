using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Images, with a note of each that was looked up.</summary>
internal sealed class WatchedImages(IImageResolver images, RequestScope scope) : IImageResolver
{
    /// <inheritdoc />
    public async Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        var found = await images.ResolveAsync(reference, platform, cancellationToken).ConfigureAwait(false);
        scope.Add(new ImageMaterial(reference, platform, found.Root.Digest, IsLayout: false));
        return found;
    }

    /// <inheritdoc />
    public IContentSource Open(ImageReference reference) => images.Open(reference);
}
