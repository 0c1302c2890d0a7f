using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Turns a Dockerfile into a graph and a configuration for each platform.</summary>
/// <remarks>
/// The graph has the operations that BuildKit's own frontend makes of the same Dockerfile, with the same inputs and attributes, so that caches and
/// remote builders take it for the same. The way: arguments before the first <c>FROM</c> (<see cref="GlobalArgs"/>), stages and what they need
/// (<see cref="StageGraph"/>), images, contexts and triggers (<see cref="StageResolver"/>), then every needed stage in the order of the text
/// (<see cref="Translation.StageTranslator"/>). Images differ from BuildKit's in one thing: every time is the source date epoch, whether it is asked
/// for or not.
/// </remarks>
/// <param name="images">Finds images and reads their configuration.</param>
/// <param name="lint">Is told what checks find.</param>
/// <param name="files">Reads the <c>.dockerignore</c> of named contexts, or <c>null</c> when they have none.</param>
/// <param name="times">Finds the time of a source where the Dockerfile or the caller wants it for every time; <c>null</c> when only seconds are a time.</param>
public sealed class DockerfileConverter(IImageConfigResolver images, ILintSink lint, IContextFiles? files = null, ISourceTimes? times = null)
{
    /// <summary>One image for each platform of the request, in its order.</summary>
    /// <exception cref="DockerfileException">It cannot be converted. All that is wrong with it is told at once.</exception>
    public async Task<IReadOnlyList<DockerfileImage>> ConvertAsync(ParsedDockerfile file, DockerfileRequest request, CancellationToken cancellationToken)
    {
        file.OrThrow();
        RequireLinux(file, request);
        var resolved = new ResolvedImages(images, cancellationToken);
        if (times is not null) request = await new EpochSource(file, request, resolved, files, times).ResolveAsync(cancellationToken).ConfigureAwait(false);
        var converted = new List<DockerfileImage>();
        foreach (var platform in request.Platforms.Select(p => p.Normalize()))
        {
            // What a check finds it finds for every platform: it is told once.
            var sink = converted.Count == 0 ? lint : SilentLint.Instance;
            converted.Add(await new PlatformConversion(file, request, platform, resolved, files).ConvertAsync(sink, cancellationToken).ConfigureAwait(false));
        }
        return converted;
    }

    private static void RequireLinux(ParsedDockerfile file, DockerfileRequest request)
    {
        if (request.Platforms.FirstOrDefault(p => p.Normalize().Os == "windows") is not { } platform) return;
        throw new DockerfileException(file.File, [new DockerfileFault(
            FaultCodes.WindowsPlatform, $"Images of Windows ('{PlatformText.Of(platform)}') are not offered. Build for Linux.", file.Stages[0].From.Range)]);
    }
}
