using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine;

/// <summary>Finds where a graph begins.</summary>
internal static class GraphSources
{
    /// <summary>Every source of a graph, once.</summary>
    public static IEnumerable<Vertex> Of(Definition? graph) => graph is null ? [] : LlbGraph.Load(graph).Vertices().Where(v => v.Op.OpCase == Op.OpOneofCase.Source);
}
