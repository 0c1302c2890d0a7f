using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Finds images that a Dockerfile names, pins them and reads their configuration: the one look back that converting needs.</summary>
public interface IImageConfigResolver
{
    /// <summary>An image in a registry. Each reference is resolved once in a build.</summary>
    /// <param name="reference">The image.</param>
    /// <param name="platform">Which of its platforms.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<FoundImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken);

    /// <summary>An image in a layout or archive that the caller lends by name (<c>oci-layout://</c>).</summary>
    Task<FoundImage> ResolveLayoutAsync(string store, string? tag, Digest? digest, Platform platform, CancellationToken cancellationToken);
}

/// <summary>An image that was found.</summary>
/// <param name="Digest">Of what its reference names: an index or a manifest. In a layout it is the manifest's.</param>
/// <param name="Config">Of the platform.</param>
public sealed record FoundImage(Digest Digest, ImageConfig Config);
