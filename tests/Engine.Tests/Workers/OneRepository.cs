using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>Registries that have one repository, and nothing in any other.</summary>
internal sealed class OneRepository(string name, LocalContentStore content) : IImageResolver
{
    public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) => throw new InvalidOperationException("There are only blobs.");

    public IContentSource Open(ImageReference reference) => $"{reference.Registry}/{reference.Repository}" == name ? content : new Nothing();

    private sealed class Nothing : IContentSource
    {
        public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => new((long?)null);

        public ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken) => new((Stream?)null);
    }
}
