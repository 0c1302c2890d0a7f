using System.Collections.Concurrent;
using MsBuildKit.Engine.Llb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>What the sources of a build turned out to be, for provenance.</summary>
internal sealed class SourcePins
{
    private readonly ConcurrentDictionary<Digest, IReadOnlyList<SourcePin>> _pins = new();

    public void Add(Vertex vertex, params IReadOnlyList<SourcePin> pins) => _pins[vertex.Digest] = pins;

    /// <summary>Those of a vertex; none for a kind of source that is described elsewhere.</summary>
    public IReadOnlyList<SourcePin> Of(Vertex vertex) => _pins.GetValueOrDefault(vertex.Digest, []);
}

/// <summary>One thing from outside, and what exactly it was.</summary>
/// <param name="Uri">Without credentials.</param>
/// <param name="Algorithm">Of the digest, in the words of in-toto: <c>sha256</c>, <c>gitCommit</c>.</param>
/// <param name="Value">The digest in hex.</param>
internal sealed record SourcePin(string Uri, string Algorithm, string Value);
