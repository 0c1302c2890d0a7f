using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Solving;

/// <summary>What became of a vertex.</summary>
/// <param name="Vertex">The vertex.</param>
/// <param name="Keys">What its results can be found by: its key by definition, and the one by content if that is known.</param>
/// <param name="Results">By output; <c>null</c> for one that nobody needed and that is not here.</param>
public sealed record SolvedVertex<TResult>(Vertex Vertex, IReadOnlyList<Digest> Keys, IReadOnlyList<TResult?> Results)
    where TResult : class;
