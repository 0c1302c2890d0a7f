using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Solving;
using Range = MsBuildKit.Engine.Llb.Pb.Range;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>A vertex of a graph failed: which, where whoever made the graph says that it is written, and what can be looked into.</summary>
internal sealed class GraphFailure : BuildException
{
    public GraphFailure(SolveException error, Definition graph)
        : base(error.Code, error.Kind, FailureText.Of(error), error)
    {
        (Vertex, Position) = (error.Vertex, error.Position);
        if (graph.Source is not { } source || !source.Locations.TryGetValue(error.Vertex.Digest.ToString(), out var places)) return;
        Places = [.. places.Locations_.Where(l => l.SourceIndex >= 0 && l.SourceIndex < source.Infos.Count).Select(l => (source.Infos[l.SourceIndex], (IReadOnlyList<Range>)l.Ranges))];
    }

    public Engine.Llb.Vertex Vertex { get; }

    /// <summary>The trees of the vertex by their ids in the build, which clients open containers on; <c>null</c> when there are none.</summary>
    public FailedRefs? Refs { get; init; }

    /// <summary>Texts, and where in them; none when the graph does not say.</summary>
    public IReadOnlyList<(SourceInfo Text, IReadOnlyList<Range> Ranges)> Places { get; } = [];
}
