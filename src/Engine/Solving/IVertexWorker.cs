using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Solving;

/// <summary>What the solver asks of whoever can do the work. Every question is asked at most once for a vertex, and for each of its inputs.</summary>
/// <typeparam name="TResult">What one output of a vertex is.</typeparam>
public interface IVertexWorker<TResult>
    where TResult : class
{
    /// <summary>What, besides its inputs, decides the vertex's results: the operation with everything that floats resolved (tags to digests,
    /// local trees to fingerprints).</summary>
    ValueTask<Digest> KeyAsync(Vertex vertex, CancellationToken cancellationToken);

    /// <summary>Does the work; one result per output.</summary>
    ValueTask<IReadOnlyList<TResult>> RunAsync(Vertex vertex, IReadOnlyList<TResult> inputs, CancellationToken cancellationToken);

    /// <summary>The digest of what a vertex uses of an input's content, or <c>null</c> when finding it is not worth the work. Where two are equal, the vertex
    /// must give the same of either; one that depends on more than it uses only costs work.</summary>
    /// <param name="consumer">Who uses it.</param>
    /// <param name="input">Which of its inputs.</param>
    /// <param name="result">What that input is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask<Digest?> ContentKeyAsync(Vertex consumer, int input, TResult result, CancellationToken cancellationToken);

    /// <summary>Results as a small record for the cache index, or <c>null</c> when they are not to be remembered.</summary>
    ValueTask<byte[]?> SaveAsync(Vertex vertex, IReadOnlyList<TResult> results, CancellationToken cancellationToken);

    /// <summary>The results of a record, or <c>null</c> when their bytes are gone. One that the record does not have is <c>null</c> itself.</summary>
    ValueTask<IReadOnlyList<TResult?>?> LoadAsync(Vertex vertex, ReadOnlyMemory<byte> record, CancellationToken cancellationToken);

    /// <summary>Whether a vertex's results cost nothing more once its key is known.</summary>
    bool IsFree(Vertex vertex) => false;
}
