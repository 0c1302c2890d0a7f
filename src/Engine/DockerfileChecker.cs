using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine;

/// <summary>Finds what is to be said of a Dockerfile by converting it, without solving anything.</summary>
/// <param name="request">The Dockerfile, and what is asked of it.</param>
/// <param name="files">Looks into contexts.</param>
/// <param name="images">Finds images.</param>
internal sealed class DockerfileChecker(DockerfileRequest request, IContextFiles files, IImageConfigResolver images)
{
    /// <summary>The frontend that the Dockerfile names was heeded before.</summary>
    public bool AnyFrontend { get; init; }

    /// <summary>Finds the times of sources, if a time may be one's.</summary>
    public ISourceTimes? Times { get; init; }

    public async Task<DockerfileCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var file = DockerfileParser.Parse(request.Text, request.File);
        var lint = LintReport.Of(file, request.BuildArgs);
        var reached = new ReachedImages(images);
        var (converted, error) = await ConvertAsync(file, lint, reached, cancellationToken).ConfigureAwait(false);
        // As in a build, unless which stages would be built is not known.
        DockerfileLinter.Check(file, lint, error is null ? [.. converted.SelectMany(i => i.Stages)] : null);
        var unreached = reached.Unreached;
        // Variables of an image that nobody has seen may be there.
        return new DockerfileCheck(file, [.. lint.Warnings.Where(w => unreached.Count == 0 || w.Rule != LintRules.UndefinedVar)], error, unreached, converted);
    }

    private async Task<(IReadOnlyList<DockerfileImage> Images, DockerfileException? Error)> ConvertAsync(
        ParsedDockerfile file, LintReport lint, IImageConfigResolver found, CancellationToken cancellationToken)
    {
        try
        {
            if (!AnyFrontend) NamedFrontend.Require(file, request.BuildArgs);
            return (await new DockerfileConverter(found, lint, files, Times).ConvertAsync(file, request, cancellationToken).ConfigureAwait(false), null);
        }
        catch (DockerfileException e)
        {
            return ([], e);
        }
    }
}
