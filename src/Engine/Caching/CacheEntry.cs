using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Caching;

/// <summary>A result for a cache: one output of a vertex.</summary>
/// <param name="Keys">What the vertex can be found by.</param>
/// <param name="Output">Which of its outputs.</param>
/// <param name="Layers">From the bottom up; never none.</param>
public sealed record CacheEntry(IReadOnlyList<Digest> Keys, int Output, IReadOnlyList<Layer> Layers)
{
    /// <summary>What else it is called in the caches that it was found in.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}
