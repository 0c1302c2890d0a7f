using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Finds the images that a Dockerfile names: in registries, and in layouts of the client.</summary>
/// <param name="bridge">Asks for them.</param>
/// <param name="showsPlatforms">What people are shown of it names the platform.</param>
internal sealed class SessionImages(BuildBridge bridge, bool showsPlatforms) : IImageConfigResolver
{
    /// <inheritdoc />
    public Task<FoundImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) => TellAsync(reference.ToString(), platform, async () =>
    {
        var image = await bridge.Images.ResolveAsync(reference, platform, cancellationToken).ConfigureAwait(false);
        return new FoundImage(image.Root.Digest, image.Config);
    });

    /// <inheritdoc />
    public Task<FoundImage> ResolveLayoutAsync(string store, string? tag, Digest? digest, Platform platform, CancellationToken cancellationToken) => TellAsync($"{store}@{digest}", platform, async () =>
    {
        var source = bridge.Lent.FindLayout(store)
            ?? throw new FrontendException(FrontendException.NoLayout, ErrorKind.NotFound, $"The client lends no layout '{store}'. Name one that it does, or build without it.");
        var root = await ImageResolution.DescribeAsync(source, digest!.Value, store, cancellationToken).ConfigureAwait(false);
        var image = await ImageResolution.ResolveAsync(source, root, platform, takesOnlyImage: true, cancellationToken).ConfigureAwait(false);
        return new FoundImage(image.Manifest.Digest, image.Config);
    });

    private Task<FoundImage> TellAsync(string name, Platform platform, Func<Task<FoundImage>> find) =>
        bridge.Status.RunAsync($"[{(showsPlatforms ? $"{platform} " : "")}internal] load metadata for {name}", _ => find());
}
