using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Wire;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Daemon.Policies;

/// <summary>Images as whoever judges sources wants them.</summary>
internal sealed class PolicedImages(IImageResolver images, Func<SourceOp, Engine.Llb.Pb.Platform, CancellationToken, Task<SourceOp>> police) : IImageResolver
{
    private const string Scheme = "docker-image://";

    /// <inheritdoc />
    public async Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken)
    {
        var policed = await police(new SourceOp { Identifier = Scheme + reference }, WirePlatform.Of(platform), cancellationToken).ConfigureAwait(false);
        var wanted = policed.Identifier.StartsWith(Scheme, StringComparison.Ordinal) ? ImageReference.Parse(policed.Identifier[Scheme.Length..]) : reference;
        return await images.ResolveAsync(wanted, platform, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public IContentSource Open(ImageReference reference) => images.Open(reference);
}
