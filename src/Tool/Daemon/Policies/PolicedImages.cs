using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Daemon.Policies;

/// <summary>Images as a source policy wants them.</summary>
internal sealed class PolicedImages(IImageResolver images, SourcePolicy policy) : IImageResolver
{
    private const string Scheme = "docker-image://";

    /// <inheritdoc />
    public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) => images.ResolveAsync(Apply(reference), platform, cancellationToken);

    /// <inheritdoc />
    public IContentSource Open(ImageReference reference) => images.Open(Apply(reference));

    private ImageReference Apply(ImageReference reference)
    {
        var source = new SourceOp { Identifier = Scheme + reference };
        return policy.Apply(source) && source.Identifier.StartsWith(Scheme, StringComparison.Ordinal) ? ImageReference.Parse(source.Identifier[Scheme.Length..]) : reference;
    }
}
