using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Llb;

/// <summary>One operation of a loaded graph.</summary>
/// <param name="Digest">Of the operation's canonical bytes.</param>
/// <param name="Op">The operation.</param>
/// <param name="Metadata">What the client said about it; never part of the digest.</param>
/// <param name="Inputs">The edges it consumes, in the order of <see cref="Op.Inputs"/>.</param>
public sealed record Vertex(Digest Digest, Op Op, OpMetadata Metadata, IReadOnlyList<Edge> Inputs)
{
    private const string CustomName = "llb.customname";

    /// <summary>What people read: the client's name for it, else what it does.</summary>
    public string Name { get; } =
        Metadata.Description.TryGetValue(CustomName, out var name) && name.Length > 0 ? name : OpNames.Describe(Op);

    /// <summary>What the history of an image says of the layer that it makes: what the client wrote for it, else its name.</summary>
    public string History => Metadata.Description.TryGetValue(LlbMarshaller.History, out var history) && history.Length > 0 ? history : Name;

    public bool Equals(Vertex? other) => other is not null && Digest == other.Digest;

    public override int GetHashCode() => Digest.GetHashCode();
}

/// <summary>One output of a vertex.</summary>
/// <param name="Output">Counts from 0.</param>
public readonly record struct Edge(Vertex Vertex, int Output)
{
    /// <summary>Every vertex of the graph below, once each, inputs first.</summary>
    public IEnumerable<Vertex> Vertices()
    {
        var done = new HashSet<Vertex>();
        // An explicit stack: a graph may be deeper than the thread's.
        var path = new Stack<(Vertex Vertex, bool Expanded)>([(Vertex, false)]);
        while (path.TryPop(out var step))
        {
            if (done.Contains(step.Vertex)) continue;
            if (step.Expanded)
            {
                done.Add(step.Vertex);
                yield return step.Vertex;
                continue;
            }
            path.Push((step.Vertex, true));
            for (var i = step.Vertex.Inputs.Count - 1; i >= 0; i--) path.Push((step.Vertex.Inputs[i].Vertex, false));
        }
    }
}
