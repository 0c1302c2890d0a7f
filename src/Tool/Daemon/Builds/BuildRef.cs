using System.Security.Cryptography;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>A result of a build that is solved when somebody first needs it, and once.</summary>
/// <param name="graph">What is solved; <c>null</c> for nothing.</param>
/// <param name="solve">Solves it.</param>
internal sealed class BuildRef(Definition? graph, Func<Task<VertexResult>> solve)
{
    private readonly Lazy<Task<VertexResult>> _result = new(solve);

    /// <summary>What clients call it.</summary>
    public string Id { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public Definition? Graph => graph;

    /// <summary>Its files. It goes on being solved when one of those who wait does not any more; the build's end ends it.</summary>
    public Task<VertexResult> SolveAsync(CancellationToken cancellationToken) => _result.Value.WaitAsync(cancellationToken);
}
