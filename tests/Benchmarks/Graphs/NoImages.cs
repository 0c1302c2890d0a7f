using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Benchmarks.Graphs;

/// <summary>For graphs that name no image.</summary>
internal sealed class NoImages : IImageResolver
{
    public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"The graph asks for '{reference}'.");

    public IContentSource Open(ImageReference reference) => throw new InvalidOperationException($"The graph asks for '{reference}'.");
}
