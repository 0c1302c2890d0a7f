using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>One tree of a result, and how it came to be.</summary>
/// <param name="tree">The tree.</param>
/// <param name="capture">What went into it.</param>
/// <param name="request">What was asked for.</param>
/// <param name="describe">Tells its graph.</param>
internal sealed class CapturedResult(BuildRef tree, BuildCapture capture, RequestProvenance request, Func<Task<DescribedGraph>> describe)
{
    private readonly Lazy<Task<DescribedGraph>> _graph = new(describe);

    public BuildRef Tree => tree;

    public BuildCapture Capture => capture;

    public RequestProvenance Request => request;

    /// <summary>The graph, found out once.</summary>
    public Task<DescribedGraph> DescribeAsync() => _graph.Value;
}
