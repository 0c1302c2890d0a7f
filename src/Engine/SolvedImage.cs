using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Caching;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine;

/// <summary>One platform's image that is solved, and not made yet.</summary>
/// <param name="Platform">Of the image.</param>
/// <param name="Graph">What was solved; <c>null</c> for nothing.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Config">The configuration; its <c>rootfs</c> counts for nothing.</param>
public sealed record SolvedImage(Platform Platform, Definition? Graph, VertexResult Result, ImageConfig Config)
{
    /// <summary>The configuration's history tells of every layer.</summary>
    public bool HasWholeHistory { get; init; }

    /// <summary>What its own layers are to say of the times in them, or <c>null</c> for nothing.</summary>
    public LayerStamp? Stamp { get; init; }

    /// <summary>What is said of it.</summary>
    public IReadOnlyList<Predicate> Predicates { get; init; } = [];

    /// <summary>Annotations of its manifest besides those of every manifest.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations of its entry in the index.</summary>
    public IReadOnlyDictionary<string, string> DescriptorAnnotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Results whose layers the image may have: its configuration will say which, so that a build can find them in it.</summary>
    public IReadOnlyList<CacheEntry> Cache { get; init; } = [];
}
