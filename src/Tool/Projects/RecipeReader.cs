using MsBuildKit.Engine.Frontends.Dockerfile.Writing;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Projects;

/// <summary>Turns what MSBuild says of a project into what a Dockerfile of it needs.</summary>
/// <param name="host">The machine.</param>
/// <param name="project">Absolute.</param>
/// <param name="properties">Each <c>NAME=VALUE</c>, as given.</param>
internal sealed class RecipeReader(ToolHost host, string project, IReadOnlyList<string> properties)
{
    private const string LayoutScheme = "oci-layout://", ImageScheme = "docker-image://";

    private static readonly string[] s_ownImage = ["APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080"];

    private readonly RecipeFaults _faults = new(project);
    private readonly List<string> _unsaid = [];

    private string Folder => Path.GetDirectoryName(project)!;

    /// <summary>Asks and reads; throws MBK2305 and MBK2306.</summary>
    public async Task<ImageRecipe> ReadAsync(CancellationToken cancellationToken)
    {
        var query = new ProjectQuery(host, project, properties);
        var answer = await query.AskAsync([], cancellationToken).ConfigureAwait(false);
        Refuse(answer);
        var rids = Several(answer);
        // As the build does it: what is published for one of them says what all stand on.
        if (rids.Count > 0) answer = await query.AskAsync([$"RuntimeIdentifier={rids[0]}", $"ContainerRuntimeIdentifier={rids[0]}", "_MsBuildKitInner=true"], cancellationToken).ConfigureAwait(false);
        var context = new ContextFolder(await query.FindProjectsAsync(cancellationToken).ConfigureAwait(false), Used(answer));
        if (!context.IsThere) _faults.Add("ProjectReference", "the projects have no folder in common.");
        var recipe = Read(answer, context, rids.Count > 0 ? rids : [answer.Property("ContainerRuntimeIdentifier")]);
        _faults.Throw();
        return recipe;
    }

    private void Refuse(ProjectAnswer answer)
    {
        if (answer.Property("ContainerDockerfile") is { Length: > 0 } file) _faults.Add("ContainerDockerfile", $"it has one, '{file}'.");
        if (answer.Property("TargetFramework").Length == 0 && answer.Property("TargetFrameworks") is { Length: > 0 } frameworks)
            _faults.Add("TargetFrameworks", $"there are several ({frameworks}). Choose one with -p:TargetFramework=NAME.");
        _faults.Throw();
    }

    private static List<string> Several(ProjectAnswer answer)
    {
        if (!answer.IsOn("_MsBuildKitSeveral")) return [];
        var rids = answer.Property("ContainerRuntimeIdentifiers") is { Length: > 0 } own ? own : answer.Property("RuntimeIdentifiers");
        return [.. rids.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

    private IEnumerable<string> Used(ProjectAnswer answer) =>
        answer.Names("ContainerFile").Concat(answer.Items("ContainerRun").Select(s => s.Text("Script")).Where(s => s.Length > 0)).Select(p => Path.GetFullPath(p, Folder));

    private ImageRecipe Read(ProjectAnswer answer, ContextFolder context, IReadOnlyList<string> rids)
    {
        var platforms = rids.Select(ImagePlatforms.Of).OfType<string>().Distinct().ToList();
        if (platforms.Count < rids.Count) _faults.Add("ContainerRuntimeIdentifier", $"'{string.Join(';', rids)}' has one that is for no image of Linux. Use some such as linux-x64.");
        var ground = ReadBase(answer);
        var (contexts, images) = ReadContexts(answer);
        var steps = new StepReader(Folder, context, contexts, platforms, _faults);
        foreach (var annotation in answer.Items("ContainerAnnotation")) _unsaid.Add($"the annotation '{annotation.Name}'; build with --annotation");
        return new ImageRecipe
        {
            Project = context.PathOf(project),
            Publish = ReadPublish(answer, context, rids[0]),
            Base = ground.Name,
            BaseName = ground.Label,
            BaseDigest = ground.Digest,
            BaseEnvironment = ground.Environment,
            BasePackages = ground.Packages,
            Config = new ConfigReader(host, answer, _faults).Read(),
            Files = [.. answer.Items("ContainerFile").Select(f => ReadFile(f, context))],
            Steps = [.. answer.Items("ContainerRun").Select(steps.Read).OfType<RecipeStep>()],
            Images = images,
            Unsaid = _unsaid,
        };
    }

    private PublishRecipe ReadPublish(ProjectAnswer answer, ContextFolder context, string rid)
    {
        var (isNative, isMusl) = (answer.IsOn("PublishAot"), rid.Contains("-musl-", StringComparison.Ordinal));
        var version = answer.Property("_TargetFrameworkVersionWithoutV");
        // A native program is linked by a compiler of its platform, of which the SDK's image has none.
        var prepare = !isNative ? null : isMusl ? "apk add --no-cache clang build-base zlib-dev" : "apt-get update && apt-get install -y --no-install-recommends clang zlib1g-dev";
        List<string> arguments = [.. properties.Select(p => DockerfileWords.Shell("-p:" + p))];
        if (answer.Property("RuntimeIdentifier").Length > 0) arguments.Add(isMusl ? "--os linux-musl -a $TARGETARCH" : "-a $TARGETARCH");
        var leftOut = new List<string>();
        if (answer.IsOn("UsingMicrosoftNETSdkWeb")) leftOut.Add("web.config");
        if (answer.IsOn("ContainerExcludeSymbols")) leftOut.Add("*.pdb");
        return new PublishRecipe($"mcr.microsoft.com/dotnet/sdk:{version}{(isNative && isMusl ? "-alpine" : "")}", !isNative, prepare, context.Restored, arguments, ["-c Release"], leftOut);
    }

    private (string Name, string? Label, string? Digest, IReadOnlyList<string> Environment, IReadOnlyList<string>? Packages) ReadBase(ProjectAnswer answer)
    {
        if (answer.Property("ContainerBaseDistribution") is { Length: > 0 } distribution)
        {
            if (!distribution.StartsWith("debian/", StringComparison.OrdinalIgnoreCase)) _faults.Add("ContainerBaseDistribution", $"'{distribution}' has no image of that name. Write one such as debian/bookworm.");
            var packages = answer.Items("ContainerPackage").Select(p => p.Text("Version") is { Length: > 0 } version ? $"{p.Name}={version}" : p.Name);
            return ($"debian:{distribution.Split('/')[^1].ToLowerInvariant()}-slim", null, null, [.. s_ownImage, "DOTNET_RUNNING_IN_CONTAINER=true"], [.. packages]);
        }
        var name = answer.Property("ContainerBaseImage").Trim().Replace(' ', '-');
        if (name.Equals("scratch", StringComparison.OrdinalIgnoreCase)) return ("scratch", null, null, [], null);
        if (name.StartsWith("oci-layout:", StringComparison.Ordinal))
        {
            _unsaid.Add($"where the base is; build with --build-context project-base={LayoutScheme}{name["oci-layout:".Length..]}");
            return ("project-base", null, null, [], null);
        }
        if (!ImageReference.TryParse(name, out var reference, out var why))
        {
            _faults.Add("ContainerBaseImage", $"'{name}' is no image of a registry: {why}.");
            return ("scratch", null, null, [], null);
        }
        if (reference!.Digest is null) _unsaid.Add($"the label '{AnnotationKeys.BaseDigest}', which nobody knows before the build");
        var isOwn = name.StartsWith("mcr.microsoft.com/dotnet/", StringComparison.Ordinal);
        if (!isOwn && answer.Property("ContainerUser").Length == 0) _unsaid.Add($"the user of the base '{name}', where it sets no APP_UID; set ContainerUser");
        return (name, reference.ToString(), reference.Digest?.ToString(), isOwn ? s_ownImage : [], null);
    }

    private (Dictionary<string, string> Names, List<KeyValuePair<string, string>> Images) ReadContexts(ProjectAnswer answer)
    {
        var (names, images) = (new Dictionary<string, string>(StringComparer.Ordinal), new List<KeyValuePair<string, string>>());
        var used = answer.Items("ContainerRun").SelectMany(s => s.List("BindMounts")).SelectMany(m => m.Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.Ordinal);
        foreach (var item in answer.Items("ContainerContext").Where(c => used.Contains("from=" + c.Name) && _faults.Checked("ContainerContext", c.Name, RecipeFaults.Id()) is not null))
        {
            var (name, source) = ("context-" + item.Name.ToLowerInvariant(), item.Text("Source"));
            names[item.Name] = name;
            if (!source.StartsWith(ImageScheme, StringComparison.Ordinal)) _unsaid.Add($"where the context '{item.Name}' is; build with --build-context {name}={source}");
            else if (ImageReference.TryParse(source[ImageScheme.Length..], out _, out var why)) images.Add(new(name, source[ImageScheme.Length..]));
            else _faults.Add("ContainerContext", $"'{source}' is no image: {why}.");
        }
        return (names, images);
    }

    private RecipeFile ReadFile(ProjectItem item, ContextFolder context)
    {
        var target = item.Text("TargetPath").Replace('\\', '/');
        if (target.EndsWith('/')) target += Path.GetFileName(item.Name);
        return new RecipeFile(
            context.PathOf(Path.GetFullPath(item.Name, Folder)),
            _faults.Checked("ContainerFile", target, RecipeFaults.AbsolutePath()) ?? "/",
            _faults.Checked("ContainerFile", item.Text("Mode"), RecipeFaults.Mode()),
            _faults.Checked("ContainerFile", item.Text("Owner"), RecipeFaults.User()));
    }
}
