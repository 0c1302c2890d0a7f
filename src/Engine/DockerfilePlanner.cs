using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Plans the images of a Dockerfile.</summary>
/// <param name="request">What is asked for.</param>
/// <param name="build">The Dockerfile and its contexts.</param>
/// <param name="images">Finds images in registries.</param>
/// <param name="times">Finds the times of sources.</param>
/// <param name="packages">Finds what is installed in an image that was made.</param>
/// <param name="progress">Hears what checks find.</param>
internal sealed class DockerfilePlanner(BuildRequest request, DockerfileBuild build, IImageResolver images, ISourceTimes times, InstalledPackages packages, IProgress<BuildEvent>? progress) : IBuildPlanner
{
    /// <inheritdoc />
    public async Task<PlannedBuild> PlanAsync(CancellationToken cancellationToken)
    {
        var file = DockerfileParser.Parse(build.Request.Text, build.Request.File);
        NamedFrontend.Require(file, build.Request.BuildArgs);
        file.OrThrow();
        var lint = LintReport.Of(file, build.Request.BuildArgs);
        var found = new DockerfileImages(images, build.Layouts);
        var converted = await new DockerfileConverter(found, lint, new LentFolders(build.Folders), times).ConvertAsync(file, build.Request, cancellationToken).ConfigureAwait(false);
        DockerfileLinter.Check(file, lint, [.. converted.SelectMany(i => i.Stages)]);
        lint.Tell(progress);
        var session = new BuildSession(build.Trees, await found.SourcesAsync().ConfigureAwait(false)) { Folders = build.Folders, Secrets = request.Secrets, Ssh = request.Ssh };
        return new PlannedBuild([.. converted.Select(i => new DockerfilePlan(file.File, i, found.Tags))], session);
    }

    /// <inheritdoc />
    public IImageDescriber CreateDescriber(LentTrees trees, SourcePins pins) => new DockerfileDescriber(request, build.Request, packages, pins);
}
