using Microsoft.Build.Framework;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tasks;

/// <summary>Reads <c>ContainerDockerfile</c> and what goes with it: the folder that it copies of, what the project publishes as the context
/// <c>publish</c>, and the contexts, arguments and labels of the project.</summary>
internal sealed class DockerfileFactory(BuildImageParameters parameters, Problems problems, long epoch)
{
    private const string Main = "context", Publish = "publish";

    private readonly Dictionary<string, BuildContext> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal), _layouts = new(StringComparer.Ordinal);
    private readonly List<LocalTree> _trees = [];

    /// <summary>The build, or <c>null</c> when something is wrong.</summary>
    public DockerfileBuild? Create()
    {
        RefuseOtherDescriptions();
        var file = FindFile();
        var folder = FindContext();
        var platforms = LendPublished();
        LendContexts();
        var images = new ImageFactory(parameters, problems, epoch);
        var (arguments, labels) = (images.ParsePairs(parameters.BuildArgs, "ContainerBuildArg"), images.ParseLabels());
        if (file is null || folder is null || problems.Any) return null;
        _folders[Main] = folder;
        return new DockerfileBuild(new DockerfileRequest
        {
            Text = File.ReadAllText(file),
            File = file,
            Context = new FolderContext(Main),
            NamedContexts = _named,
            Ignore = [.. IgnoreFile.Of(file, folder), .. OwnFolders(folder)],
            Target = Text.OrNull(parameters.DockerfileTarget),
            BuildArgs = arguments,
            Labels = labels,
            Platforms = platforms,
            BuildPlatform = Platform.Native,
            SourceDateEpoch = epoch,
        })
        {
            Folders = _folders,
            Layouts = _layouts,
            Trees = _trees,
        };
    }

    // A Dockerfile says all of an image: what would be passed over in silence is told.
    private void RefuseOtherDescriptions()
    {
        var items = new (string Name, IReadOnlyList<ITaskItem> Items)[]
        {
            ("ContainerRun", parameters.Steps), ("ContainerFile", parameters.Files), ("ContainerPackage", parameters.Packages), ("ContainerEntrypoint", parameters.Entrypoint),
            ("ContainerEntrypointArgs", parameters.EntrypointArgs), ("ContainerAppCommand", parameters.AppCommand), ("ContainerAppCommandArgs", parameters.AppCommandArgs),
            ("ContainerDefaultArgs", parameters.DefaultArgs), ("ContainerEnvironmentVariable", parameters.EnvironmentVariables), ("ContainerPort", parameters.Ports),
            ("ContainerVolume", parameters.Volumes), ("ContainerHealthcheck", parameters.Healthcheck),
        };
        var properties = new[]
        {
            ("ContainerUser", parameters.User), ("ContainerStopSignal", parameters.StopSignal), ("ContainerBaseDistribution", parameters.BaseDistribution),
            ("ContainerAppCommandInstruction", parameters.AppCommandInstruction),
        };
        foreach (var name in items.Where(i => i.Items.Count > 0).Select(i => i.Name).Concat(properties.Where(p => p.Item2.Length > 0).Select(p => p.Item1)))
            Refuse($"{name} is set as well, which a Dockerfile does not read. Say it in '{parameters.Dockerfile}', or leave ContainerDockerfile out.");
    }

    private string? FindFile()
    {
        var path = Text.IsPath(parameters.Dockerfile) ? Path.GetFullPath(parameters.Dockerfile, parameters.ProjectDirectory) : parameters.Dockerfile;
        if (File.Exists(path)) return path;
        Refuse($"'{path}' is not there, or is no file. Write the path of a Dockerfile, which starts at the project.");
        return null;
    }

    private string? FindContext()
    {
        var given = parameters.DockerfileContext.Length > 0 ? parameters.DockerfileContext : ".";
        if (Text.IsPath(given) && Path.TrimEndingDirectorySeparator(Path.GetFullPath(given, parameters.ProjectDirectory)) is var folder && Directory.Exists(folder)) return folder;
        problems.Add(Problem.Dockerfile, "ContainerDockerfileContext", $"'{given}' is no folder that is there. Write the path of the one that the Dockerfile copies of, which starts at the project.");
        return null;
    }

    // What this build writes would make the context another one each time.
    private IEnumerable<string> OwnFolders(string context) =>
        new[] { parameters.OutputDirectory, parameters.StateDirectory, parameters.CacheDirectory }
            .Where(f => f.Length > 0).Select(f => Path.GetRelativePath(context, f).Replace('\\', '/').TrimEnd('/'))
            .Where(f => f != "." && f != ".." && !f.StartsWith("../", StringComparison.Ordinal) && !Path.IsPathRooted(f));

    private List<Platform> LendPublished()
    {
        var parts = parameters.Parts.Where(p => p.GetMetadata("Kind") == "Image").ToList();
        var platforms = new List<Platform>();
        foreach (var part in parts)
        {
            if (new ImageFactory(parameters, problems, epoch).ParsePlatform(part.ItemSpec) is not { } platform) continue;
            platforms.Add(platform);
            var name = parts.Count == 1 ? Publish : $"{Publish}-{platform.ToString().Replace('/', '-')}";
            var files = new FileFactory(parameters with { Files = [] }, problems).Create(part, part.ItemSpec, platform, "/");
            _trees.Add(new LocalTree(name, [.. files.Select(f => new LocalFile(f.TargetPath[1..], f.HostPath)).OrderBy(f => f.Path, StringComparer.Ordinal)]));
            _named[parts.Count == 1 ? Publish : $"{Publish}::{platform}"] = new FolderContext(name);
        }
        return platforms;
    }

    private void LendContexts()
    {
        foreach (var (given, context) in new ContextFactory(parameters, problems).All)
        {
            // Docker's names of contexts have no case.
            var name = given.ToLowerInvariant();
            if (name is Main or Publish)
            {
                problems.Add(Problem.Context, "ContainerContext", $"'{given}' is the name of {(name == Main ? "the Dockerfile's own folder" : "what the project publishes")}. Choose another.");
                continue;
            }
            switch (context)
            {
                case { Folder: { } folder }:
                    _folders[name] = folder;
                    _named[name] = new FolderContext(name);
                    break;
                case { Image: RegistryBase image }:
                    _named[name] = new ImageContext(image.Reference);
                    break;
                case { Image: LocalBase local }:
                    _layouts[name] = local.Path;
                    _named[name] = new LayoutContext(name, local.Tag, null);
                    break;
            }
        }
    }

    private void Refuse(string text) => problems.Add(Problem.Dockerfile, "ContainerDockerfile", text);
}
