using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Plans the images of a project.</summary>
/// <param name="request">What is asked for.</param>
/// <param name="store">Has what was fetched.</param>
/// <param name="materializer">Fetches layers in which names of users are looked up.</param>
/// <param name="bases">Finds what images stand on.</param>
/// <param name="solve">Solves a graph with what a session lends.</param>
/// <param name="progress">Hears what the user should know.</param>
internal sealed class ProjectPlanner(
    BuildRequest request, LocalContentStore store, LayerMaterializer materializer, BaseResolver bases,
    Func<ImagePlan, IBuildSession, CancellationToken, Task<LayerChain>> solve, IProgress<BuildEvent>? progress) : IBuildPlanner
{
    /// <inheritdoc />
    public async Task<PlannedBuild> PlanAsync(CancellationToken cancellationToken)
    {
        var resolved = await Task.WhenAll(request.Images.Select(i => bases.ResolveAsync(i, cancellationToken))).ConfigureAwait(false);
        var plans = new List<ProjectPlan>();
        for (var i = 0; i < resolved.Length; i++) plans.Add(await PlanAsync(request.Images[i], resolved[i], cancellationToken).ConfigureAwait(false));
        return new PlannedBuild(plans, Lend(plans.SelectMany(p => p.Trees), resolved));
    }

    /// <inheritdoc />
    public IImageDescriber CreateDescriber(LentTrees trees, SourcePins pins) => new ProjectDescriber(request, trees, pins);

    private BuildSession Lend(IEnumerable<LocalTree> trees, IEnumerable<ResolvedBase> grounds) =>
        new(trees, grounds.SelectMany(b => b.Layouts).ToDictionary()) { Secrets = request.Secrets, Ssh = request.Ssh };

    private async Task<ProjectPlan> PlanAsync(ProjectImage image, ResolvedBase ground, CancellationToken cancellationToken)
    {
        var command = AppCommandLine.Place(image.Config, ground.Image?.Config.Config?.Entrypoint);
        if (command.OverridesBaseEntrypoint)
            Warn("MBK1903", $"The base image's entrypoint '{string.Join(' ', ground.Image!.Config.Config!.Entrypoint!)}' is replaced by the application. Set ContainerAppCommandInstruction=DefaultArgs to keep it.");
        if (ImageConfigEditor.TriggersOf(ground.Image?.Config) is { Count: > 0 } triggers)
            Warn("MBK1904", $"The base image wants steps to run in whatever is built on it, and they are not run: '{string.Join("', '", triggers)}'. Use another base, or do in the project what they would do.");
        var config = ImageConfigEditor.Edit(ground.Image?.Config, image, ground.Name, command);
        var owners = await ResolveOwnersAsync(image, config, ground, cancellationToken).ConfigureAwait(false);
        var layers = LayerPlan.Split(image, owners[""], o => owners[o], request.Images.Count > 1 ? "-" + image.Platform.ToString().Replace('/', '-') : "");
        return new ProjectPlan(image, ground, layers, ProjectFrontend.Translate(ground.Ground, image, layers, request.SourceDateEpoch), config);
    }

    private async Task<Dictionary<string, Owner>> ResolveOwnersAsync(ProjectImage image, ImageConfig config, ResolvedBase ground, CancellationToken cancellationToken)
    {
        var users = new ImageUsers(store, materializer);
        var appUid = ImageConfigEditor.FindVariable(config.Config!.Env ?? [], "APP_UID");
        // Images that set APP_UID give that number the name 'app'.
        var names = image.Files.Select(f => f.Owner).Append(config.Config.User).OfType<string>().Distinct().ToDictionary(n => n, n => n == "app" && appUid is not null ? appUid : n);
        var chain = ground.Image is null ? LayerChain.Scratch : SourceLayers.Of(ground.Image, null);
        // A user may be one that a step of the base makes.
        if (image.Steps.Any(s => s.Stage == StepStage.Base) && names.Values.Any(n => n.Any(c => c != ':' && !char.IsAsciiDigit(c))))
            chain = await SolveBaseStageAsync(image, ground, config, cancellationToken).ConfigureAwait(false);
        var owners = new Dictionary<string, Owner> { [""] = Owner.Root };
        foreach (var (name, asked) in names)
        {
            var (uid, gid) = await users.ResolveAsync(asked, chain, cancellationToken).ConfigureAwait(false);
            owners[name] = new Owner(uid, gid);
        }
        if (config.Config.User is { } user) owners[""] = owners[user];
        return owners;
    }

    private Task<LayerChain> SolveBaseStageAsync(ProjectImage image, ResolvedBase ground, ImageConfig config, CancellationToken cancellationToken)
    {
        var stage = new ProjectPlan(image, ground, [], ProjectFrontend.BaseStage(ground.Ground, image, request.SourceDateEpoch), config);
        return solve(stage, Lend(stage.Trees, [ground]), cancellationToken);
    }

    private void Warn(string code, string text) => progress?.Report(new BuildMessage(MessageLevel.Warning, text, code));
}
