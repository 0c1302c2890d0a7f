using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Build;

/// <summary>Lets the engine fetch or unpack what a build begins with, by a small build of its own: so all that guards builds against what others
/// send guards this too, and what it fetched the build itself finds in the store.</summary>
internal sealed class SideBuild(BuilderServices services, BuildSubmission submission, int cores)
{
    private const string Folder = "side";

    /// <summary>Runs a Dockerfile and leaves its files in a folder.</summary>
    /// <param name="instructions">What follows <c>FROM scratch</c>.</param>
    /// <param name="context">What it copies of.</param>
    /// <param name="folder">The folder that <paramref name="context"/> stands for, or <c>null</c>.</param>
    /// <param name="target">Gets the files.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task RunAsync(string instructions, BuildContext context, string? folder, string target, CancellationToken cancellationToken) => new Builder(services).BuildAsync(
        new BuildRequest
        {
            ProjectName = "context",
            Dockerfile = new DockerfileBuild(new DockerfileRequest { Text = "FROM scratch\n" + instructions, File = "context", Context = context, Platforms = [Platform.LinuxAmd64], BuildPlatform = Platform.LinuxAmd64 })
            {
                Folders = folder is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [Folder] = folder },
            },
            Names = [],
            Outputs = [new TreeOutput(target, IsTar: false)],
            CacheDirectory = submission.Store,
            Sbom = false,
            Provenance = false,
            SourceDateEpoch = submission.SourceDateEpoch,
            Secrets = submission.Secrets,
            Ssh = submission.Ssh,
            Parallelism = cores,
        },
        progress: null,
        cancellationToken);

    /// <summary>Unpacks an archive.</summary>
    /// <param name="archive">Absolute.</param>
    /// <param name="target">Gets the files.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task UnpackAsync(string archive, string target, CancellationToken cancellationToken) =>
        RunAsync($"ADD {Path.GetFileName(archive)} /\n", new FolderContext(Folder), Path.GetDirectoryName(archive), target, cancellationToken);
}
