using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Workers;

/// <summary>Finds images by the reference that stands in a graph.</summary>
public interface IImageResolver
{
    /// <summary>Resolves a reference for a platform; the layers are not touched.</summary>
    Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken);

    /// <summary>The repository that <paramref name="reference"/> names, for layers of it that are known already. Nothing is asked of it yet.</summary>
    IContentSource Open(ImageReference reference);
}
