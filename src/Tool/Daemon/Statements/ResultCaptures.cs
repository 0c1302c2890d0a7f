using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Exports;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Gathers how the trees of a result came to be, as BuildKit does (solver/llbsolver/provenance.go).</summary>
/// <param name="bridge">Has what was solved.</param>
internal sealed class ResultCaptures(BuildBridge bridge)
{
    /// <summary>Of each tree, by the names that the result has for them. One of nothing has no story.</summary>
    public async Task<IReadOnlyDictionary<string, CapturedResult>> GatherAsync(FrontendResult result, CancellationToken cancellationToken)
    {
        var captured = new Dictionary<string, CapturedResult>(StringComparer.Ordinal);
        foreach (var (id, tree) in result.Refs)
            if (tree.Edge is not null) captured[id] = await GatherAsync(result, id, tree, cancellationToken).ConfigureAwait(false);
        return captured;
    }

    private async Task<CapturedResult> GatherAsync(FrontendResult result, string id, BuildRef tree, CancellationToken cancellationToken)
    {
        var scope = bridge.Scope.Find(tree) ?? bridge.Scope;
        var capture = await CaptureAsync(tree, cancellationToken).ConfigureAwait(false);
        // What the frontend looked into counts too; what the result has of its own stands with that.
        var own = result.Refs.Values.Concat(result.Attestations.Values.SelectMany(a => a.Attestation).Where(a => a.Ref is not null).Select(a => bridge.Find(a.Ref.Id))).ToHashSet();
        foreach (var other in scope.Refs.Where(r => r is { IsSolved: true, Edge: not null } && own.Add(r))) capture.Add(await CaptureAsync(other, cancellationToken).ConfigureAwait(false));
        foreach (var image in PlatformImages.Of(scope.Images, id.Length > 0 ? ResultImages.Platforms(result, bridge.Machine) : [], id)) capture.Add(image);
        return new CapturedResult(tree, capture, bridge.Tell(scope, capture), () => DescribeAsync(tree, cancellationToken));
    }

    private Task<BuildCapture> CaptureAsync(BuildRef tree, CancellationToken cancellationToken) => bridge.Job.CaptureAsync(tree.Edge!.Value, cancellationToken);

    private async Task<DescribedGraph> DescribeAsync(BuildRef tree, CancellationToken cancellationToken)
    {
        var edge = tree.Edge!.Value;
        return new DescribedGraph(edge, tree.Graph!.Source, await bridge.Job.FindLayersAsync(edge, cancellationToken).ConfigureAwait(false));
    }
}
