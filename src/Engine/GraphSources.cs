using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine;

/// <summary>Finds where a graph begins.</summary>
internal static class GraphSources
{
    /// <summary>Every source of a graph, once.</summary>
    public static IEnumerable<Vertex> Of(Definition? graph)
    {
        if (graph is null) yield break;
        var seen = new HashSet<Vertex>();
        var next = new Stack<Vertex>([LlbGraph.Load(graph).Vertex]);
        while (next.TryPop(out var vertex))
        {
            if (!seen.Add(vertex)) continue;
            if (vertex.Op.OpCase == Op.OpOneofCase.Source) yield return vertex;
            foreach (var input in vertex.Inputs) next.Push(input.Vertex);
        }
    }
}
