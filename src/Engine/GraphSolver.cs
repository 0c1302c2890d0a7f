using MsBuildKit.Engine.Caching;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Solves graphs of one build.</summary>
internal sealed class GraphSolver(Solver<VertexResult> solver, TreeLayers trees) : IDisposable
{
    /// <summary>The result of a graph; nothing for none. Throws <see cref="SolveException"/> and <see cref="LlbException"/>.</summary>
    public Task<VertexResult> SolveAsync(Definition? graph, CancellationToken cancellationToken) =>
        graph is null ? Task.FromResult<VertexResult>(new LayersResult(LayerChain.Scratch)) : SolveAsync(LlbGraph.Load(graph), cancellationToken);

    /// <summary>The same, of a graph that is loaded already.</summary>
    public Task<VertexResult> SolveAsync(Edge graph, CancellationToken cancellationToken) => solver.SolveAsync(graph, cancellationToken);

    /// <summary>The layers of a graph's vertices, by outputs, as far as there are any and they are known.</summary>
    public async Task<IReadOnlyList<(Vertex Vertex, int Output, IReadOnlyList<Descriptor> Layers)>> FindLayersAsync(Edge graph, CancellationToken cancellationToken) =>
    [
        .. (await solver.FindKnownAsync(graph, cancellationToken).ConfigureAwait(false)).SelectMany(k => k.Results.Select((result, output) => (k.Vertex, output, LayersOf(result)))).Where(l => l.Item3.Count > 0),
    ];

    /// <summary>A result as the layers of an image: a lent folder may be all of it.</summary>
    public Task<LayerChain> ChainOfAsync(VertexResult result, CancellationToken cancellationToken) => trees.ChainOfAsync(result, "", cancellationToken);

    /// <summary>The results of a graph that was solved, for a cache: one of a merge or an image is found again without one.</summary>
    public async Task<IReadOnlyList<CacheEntry>> CollectAsync(Edge graph, CancellationToken cancellationToken)
    {
        var solved = await solver.CollectAsync(graph, cancellationToken).ConfigureAwait(false);
        return
        [
            .. from vertex in solved
               where vertex.Vertex.Op.OpCase != Op.OpOneofCase.Merge && !EngineWorker.IsImage(vertex.Vertex)
               from output in vertex.Results.Select((r, i) => (Layers: (r as LayersResult)?.Chain.Layers, Number: i))
               where output.Layers is { Count: > 0 }
               select new CacheEntry(vertex.Keys, output.Number, output.Layers),
        ];
    }

    public void Dispose() => solver.Dispose();

    private static IReadOnlyList<Descriptor> LayersOf(VertexResult? result) => result is LayersResult layers ? [.. layers.Chain.Layers.Select(l => l.Blob)] : [];
}
