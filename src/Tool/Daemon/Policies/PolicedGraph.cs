using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Daemon.Policies;

/// <summary>Graphs as a source policy wants them.</summary>
internal static class PolicedGraph
{
    /// <summary>The graph with other sources where the policy says so; the same graph when nothing changes. Throws MBK1301, and MBK2510 for a source that is denied.</summary>
    public static Definition Of(Definition graph, SourcePolicy policy) =>
        policy.IsEmpty ? graph : GraphRewriter.Rewrite(graph, (_, op) => op.Source is { } source && policy.Apply(source) ? op : null);

    /// <summary>The same as somebody else wants it, who is asked of all sources at once.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="apply">Changes a source, which is for a platform, and tells whether it did.</param>
    public static Task<Definition> OfAsync(Definition graph, Func<SourceOp, Platform?, Task<bool>> apply) =>
        GraphRewriter.RewriteAsync(graph, async (_, op) => op.Source is { } source && await apply(source, op.Platform).ConfigureAwait(false) ? op : null);
}
