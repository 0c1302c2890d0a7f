using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Workers;

/// <summary>Finds images by the reference that stands in a graph.</summary>
public interface IImageResolver
{
    /// <summary>Resolves a reference for a platform; the layers are not touched.</summary>
    Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken);
}
