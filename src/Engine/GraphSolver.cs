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
        .. (await solver.FindKnownAsync(graph, MovesNothing, cancellationToken).ConfigureAwait(false)).SelectMany(k => k.Results.Select((result, output) => (k.Vertex, output, LayersOf(result)))).Where(l => l.Item3.Count > 0),
    ];

    /// <summary>A result as the layers of an image: a lent folder may be all of it.</summary>
    public Task<LayerChain> ChainOfAsync(VertexResult result, CancellationToken cancellationToken) => trees.ChainOfAsync(result, "", cancellationToken);

    // What these come to is put together of what is known, and so nobody remembers it.
    private static bool MovesNothing(Vertex vertex) => vertex.Op.OpCase == Op.OpOneofCase.Merge
        || (vertex.Op.Source is { } source && (source.Identifier.StartsWith("docker-image://", StringComparison.Ordinal) || source.Identifier.StartsWith("oci-layout://", StringComparison.Ordinal)));

    private static IReadOnlyList<Descriptor> LayersOf(VertexResult result) => result is LayersResult layers ? [.. layers.Chain.Layers.Select(l => l.Blob)] : [];

    public void Dispose() => solver.Dispose();
}
