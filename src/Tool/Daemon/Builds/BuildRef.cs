using System.Security.Cryptography;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>A result of a build that is solved when somebody first needs it, and once.</summary>
/// <param name="graph">What is solved; <c>null</c> for nothing.</param>
/// <param name="edge">The same, loaded.</param>
/// <param name="solve">Solves it.</param>
internal sealed class BuildRef(Definition? graph, Edge? edge, Func<BuildRef, Task<VertexResult>> solve) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<VertexResult>? _result;
    private ResultFiles? _files;

    /// <summary>What clients call it.</summary>
    public string Id { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public Definition? Graph { get; private set; } = graph;

    public Edge? Edge { get; private set; } = edge;

    /// <summary>The graph is another one: somebody wanted other sources.</summary>
    public void Replace(Definition by, Edge loaded) => (Graph, Edge) = (by, loaded);

    /// <summary>Its files are there.</summary>
    public bool IsSolved => _result is { IsCompletedSuccessfully: true };

    /// <summary>Its files. It goes on being solved when one of those who wait does not any more; the build's end ends it.</summary>
    public Task<VertexResult> SolveAsync(CancellationToken cancellationToken)
    {
        lock (_gate) _result ??= solve(this);
        return _result.WaitAsync(cancellationToken);
    }

    /// <summary>Its files, to be looked into; opened once.</summary>
    /// <param name="open">Opens them.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<ResultFiles> OpenAsync(Func<VertexResult, ResultFiles> open, CancellationToken cancellationToken)
    {
        var result = await SolveAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate) return _files ??= open(result);
    }

    public ValueTask DisposeAsync() => _files?.DisposeAsync() ?? ValueTask.CompletedTask;
}
