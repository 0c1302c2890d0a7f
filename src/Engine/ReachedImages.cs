using System.Collections.Concurrent;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>Finds images for a check: one whose registry does not answer is an empty image of the platform that was asked for, and is remembered.</summary>
internal sealed class ReachedImages(IImageConfigResolver images) : IImageConfigResolver
{
    private readonly ConcurrentDictionary<string, bool> _unreached = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Unreached => [.. _unreached.Keys.Order(StringComparer.Ordinal)];

    /// <inheritdoc />
    public async Task<FoundImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        try
        {
            return await images.ResolveAsync(reference, platform, cancellationToken).ConfigureAwait(false);
        }
        catch (BuildException e) when (e.Kind == ErrorKind.Unavailable)
        {
            _unreached[reference.ToString()] = true;
            var nothing = new ImageConfig { Architecture = platform.Architecture, Os = platform.Os, Variant = platform.Variant };
            return new FoundImage(reference.Digest ?? Digest.Of([]), nothing);
        }
    }

    /// <inheritdoc />
    public Task<FoundImage> ResolveLayoutAsync(string store, string? tag, Digest? digest, Platform platform, CancellationToken cancellationToken) =>
        images.ResolveLayoutAsync(store, tag, digest, platform, cancellationToken);
}
