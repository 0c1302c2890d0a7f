using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Finds what is to be said of a Dockerfile by converting it, without solving anything.</summary>
/// <param name="build">The Dockerfile and its contexts.</param>
/// <param name="images">Finds images in registries.</param>
internal sealed class DockerfileChecker(DockerfileBuild build, IImageResolver images)
{
    public async Task<DockerfileCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var file = DockerfileParser.Parse(build.Request.Text, build.Request.File);
        var lint = LintReport.Of(file, build.Request.BuildArgs);
        var reached = new ReachedImages(new DockerfileImages(images, build.Layouts));
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
            NamedFrontend.Require(file, build.Request.BuildArgs);
            return (await new DockerfileConverter(found, lint, new LentFolders(build.Folders)).ConvertAsync(file, build.Request, cancellationToken).ConfigureAwait(false), null);
        }
        catch (DockerfileException e)
        {
            return ([], e);
        }
    }
}
