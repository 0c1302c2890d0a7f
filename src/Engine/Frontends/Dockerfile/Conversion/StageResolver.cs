using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Finds the images and contexts that what is built begins with, and the triggers that they bring.</summary>
internal sealed class StageResolver(ConversionScope scope, StageGraph graph, ContextTrees contexts)
{
    private static readonly string[] s_common = ["alpine", "busybox", "centos", "debian", "golang", "ubuntu", "fedora"];

    /// <summary>Resolves everything that <paramref name="target"/> needs, triggers included, and returns it.</summary>
    public async Task<HashSet<StageNode>> ResolveAsync(StageNode target, CancellationToken cancellationToken)
    {
        while (true)
        {
            var needed = StageGraph.ReachableFrom(target);
            var open = graph.Nodes.Index().Where(n => needed.Contains(n.Item) && n.Item is { Base: null, IsResolved: false }).ToList();
            await Task.WhenAll(open.Select(n => TryResolveAsync(n.Item, n.Index, cancellationToken))).ConfigureAwait(false);
            scope.ThrowFaults();
            var triggers = new StageTriggers(scope, graph);
            if (!graph.Nodes.Where(needed.Contains).ToList().Aggregate(false, (any, node) => triggers.Add(node) || any)) return needed;
            graph.CheckCycles();
        }
    }

    private async Task TryResolveAsync(StageNode node, int place, CancellationToken cancellationToken)
    {
        try
        {
            await ResolveAsync(node, place, cancellationToken).ConfigureAwait(false);
        }
        catch (Fault fault)
        {
            scope.Add(fault.At(node.Range));
        }
        catch (BuildException e) when (e is not DockerfileException)
        {
            var names = graph.Stages.Select(s => s.Name).OfType<string>().Concat(s_common);
            scope.Add(new DockerfileFault(e.Code, e.Message + NearestName.Suggest(node.BaseName, names), node.Range));
        }
        node.IsResolved = true;
        node.IsDone |= node.From is null;
    }

    private async Task ResolveAsync(StageNode node, int place, CancellationToken cancellationToken)
    {
        var platform = node.Platform ?? scope.Platform;
        if (node.Context is { } replacement)
        {
            await ReplaceAsync(node, replacement, platform, place, cancellationToken).ConfigureAwait(false);
            return;
        }
        if (node.BaseName == StageReader.Scratch)
        {
            (node.Image, node.Platform) = (ImageDraft.Empty(scope.Platform), scope.Platform);
            return;
        }
        if (!ImageReference.TryParse(node.BaseName, out var reference, out var why))
            throw new Fault(FaultCodes.BadImage, $"'{node.BaseName}' is neither a stage above nor an image reference: {why}{NearestName.Suggest(node.BaseName, graph.Stages.Select(s => s.Name).OfType<string>())}. Name a stage, or an image such as 'registry.example/team/app:1.0'.");
        node.Platform = platform;
        if (scope.Contexts.Find(node.BaseName, platform) is { } context)
        {
            var tree = await contexts.NamedAsync(context, platform, place, cancellationToken).ConfigureAwait(false);
            (node.Tree, node.BaseImage) = (tree.Tree, tree.Config);
            node.Image = tree.Config is null ? ImageDraft.Empty(platform) : ImageDraft.Of(tree.Config);
            return;
        }
        await PullAsync(node, reference!, platform).ConfigureAwait(false);
    }

    // A context in place of a stage is all of the stage: its instructions do not run.
    private async Task ReplaceAsync(StageNode node, NamedContext context, Platform platform, int place, CancellationToken cancellationToken)
    {
        var tree = await contexts.NamedAsync(context, platform, place, cancellationToken).ConfigureAwait(false);
        (node.Tree, node.BaseImage) = (tree.Tree, tree.Config);
        node.Image = tree.Config is null ? ImageDraft.Empty(platform) : ImageDraft.Of(tree.Config);
        node.Platform = tree.Config is { Architecture.Length: > 0, Os.Length: > 0 } ? tree.Config.Platform : platform;
        node.IsDone = true;
    }

    private async Task PullAsync(StageNode node, ImageReference reference, Platform platform)
    {
        var (found, pinned) = await contexts.FindAsync(reference, platform).ConfigureAwait(false);
        (node.Image, node.BaseImage) = (ImageDraft.Of(found.Config), found.Config);
        if (IsEmpty(found.Config)) return;
        var name = StepNames.Next(node, "FROM " + pinned, scope, Variables.None);
        node.Tree = LlbState.Image(pinned, platform, name).WithDescription(StepNames.Command, node.From?.Text ?? "").At(scope.Place(node.IsMounted ? default : node.Range));
        if (node.From is { } from) scope.Steps[name] = from.Range;
        CheckPlatform(node, platform, found.Config.Platform);
    }

    private void CheckPlatform(StageNode node, Platform expected, Platform actual)
    {
        if (expected.Os == actual.Os && expected.Architecture == actual.Architecture) return;
        scope.Lint.Warn(
            LintRules.InvalidBaseImagePlatform,
            LintMessages.InvalidBaseImagePlatform(node.BaseName, PlatformText.Of(expected), PlatformText.Of(actual)),
            node.Range, node.From);
    }

    private static bool IsEmpty(ImageConfig image) => image.RootFs.DiffIds.Count == 0 && (image.History ?? []).All(h => h.EmptyLayer);
}
