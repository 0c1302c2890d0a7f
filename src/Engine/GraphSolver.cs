using MsBuildKit.Engine.Caching;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Solves graphs of one build.</summary>
internal sealed class GraphSolver(Solver<VertexResult> solver, TreeLayers layers) : IDisposable
{
    /// <summary>What vertices gave, as layers.</summary>
    public TreeLayers Layers => layers;

    /// <summary>The result of a graph; nothing for none. Throws <see cref="SolveException"/> and <see cref="LlbException"/>.</summary>
    public Task<VertexResult> SolveAsync(Definition? graph, CancellationToken cancellationToken) =>
        graph is null ? Task.FromResult<VertexResult>(new LayersResult(LayerChain.Scratch)) : SolveAsync(LlbGraph.Load(graph), cancellationToken);

    /// <summary>The same, of a graph that is loaded already.</summary>
    public Task<VertexResult> SolveAsync(Edge graph, CancellationToken cancellationToken) => solver.SolveAsync(graph, cancellationToken);

    /// <summary>The layers of a graph's vertices, by outputs, as far as there are any and they are known. What nobody has written yet has none.</summary>
    public async Task<IReadOnlyList<(Vertex Vertex, int Output, IReadOnlyList<Descriptor> Layers)>> FindLayersAsync(Edge graph, CancellationToken cancellationToken)
    {
        var found = new List<(Vertex, int, IReadOnlyList<Descriptor>)>();
        foreach (var (vertex, results) in await solver.FindKnownAsync(graph, cancellationToken).ConfigureAwait(false))
            for (var i = 0; i < results.Count; i++)
                if (results[i] is LayersResult { Chain.Layers.Count: > 0 } result && await FindWrittenAsync(result.Chain, cancellationToken).ConfigureAwait(false) is { } written) found.Add((vertex, i, written));
        return found;
    }

    /// <summary>A result as the layers of an image: a lent folder may be all of it.</summary>
    public Task<LayerChain> ChainOfAsync(VertexResult result, CancellationToken cancellationToken) => layers.ChainOfAsync(result, "", cancellationToken);

    /// <summary>The results of a graph that was solved, for a cache: one of a merge or an image is found again without one.</summary>
    public async Task<IReadOnlyList<CacheEntry>> CollectAsync(Edge graph, CancellationToken cancellationToken)
    {
        var entries = new List<CacheEntry>();
        foreach (var vertex in await solver.CollectAsync(graph, cancellationToken).ConfigureAwait(false))
        {
            if (vertex.Vertex.Op.OpCase == Op.OpOneofCase.Merge || EngineWorker.IsImage(vertex.Vertex)) continue;
            for (var i = 0; i < vertex.Results.Count; i++)
                if (vertex.Results[i] is LayersResult { Chain.Layers.Count: > 0 } result) entries.Add(new CacheEntry(vertex.Keys, i, (await ChainOfAsync(result, cancellationToken).ConfigureAwait(false)).Layers));
        }
        return entries;
    }

    public void Dispose() => solver.Dispose();

    private async Task<IReadOnlyList<Descriptor>?> FindWrittenAsync(LayerChain chain, CancellationToken cancellationToken)
    {
        var blobs = new List<Descriptor>();
        foreach (var layer in chain.Layers)
        {
            if ((layer.IsDescribed ? await layers.Described.FindWrittenAsync(layer, cancellationToken).ConfigureAwait(false) : layer) is not { } written) return null;
            blobs.Add(written.Blob);
        }
        return blobs;
    }
}
