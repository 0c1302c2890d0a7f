using MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Converts a Dockerfile for one platform.</summary>
internal sealed class PlatformConversion(ParsedDockerfile file, DockerfileRequest request, Platform platform, ResolvedImages images, IContextFiles? files)
{
    public async Task<DockerfileImage> ConvertAsync(ILintSink lint, CancellationToken cancellationToken)
    {
        var used = new ContextPaths();
        await ConvertAsync(new ConversionScope(file, request, platform, lint), new ContextPaths(), used, cancellationToken).ConfigureAwait(false);
        return await ConvertAsync(new ConversionScope(file, request, platform, SilentLint.Instance), used, new ContextPaths(), cancellationToken).ConfigureAwait(false);
    }

    private async Task<DockerfileImage> ConvertAsync(ConversionScope scope, ContextPaths known, ContextPaths used, CancellationToken cancellationToken)
    {
        var graph = new StageGraph(scope);
        scope.ThrowFaults();
        var target = Prepare(scope, graph);
        var contexts = new ContextTrees(scope, images, files, known);
        var needed = await new StageResolver(scope, graph, contexts).ResolveAsync(target, cancellationToken).ConfigureAwait(false);
        var main = await MainAsync(scope, contexts).ConfigureAwait(false);
        var translator = new StageTranslator(scope, main, used);
        foreach (var stage in graph.Nodes.Where(n => needed.Contains(n) && !n.IsDone)) translator.Translate(stage);
        scope.ThrowFaults();
        target.UsedPaths.Add("/");
        used.Add(graph.Nodes);
        target.Image.SetLabels(request.Labels);
        return new DockerfileImage(platform, target.Tree, target.Image.Finish(platform, scope.Time), contexts.Used, scope.Steps)
        {
            Stages = [.. file.Stages.Where(s => needed.Any(n => ReferenceEquals(n.From, s.From)))],
            Base = target.BaseImage, Epoch = scope.AskedEpoch, Scans = ScanTargets.Find(scope, target, needed, main),
        };
    }

    private static StageNode Prepare(ConversionScope scope, StageGraph graph)
    {
        StageNode? target = null;
        scope.Try(scope.File.Stages[^1].Range, () =>
        {
            target = graph.FindTarget();
            graph.CheckCycles();
        });
        scope.ThrowFaults();
        return target!;
    }

    private static async Task<Llb.LlbState> MainAsync(ConversionScope scope, ContextTrees contexts)
    {
        try
        {
            return await contexts.MainAsync().ConfigureAwait(false);
        }
        catch (Fault fault)
        {
            scope.Add(fault.At(scope.File.Stages[0].From.Range));
            scope.ThrowFaults();
            throw;
        }
    }
}
