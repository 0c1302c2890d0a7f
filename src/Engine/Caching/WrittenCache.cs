using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Caching;

/// <summary>A cache whose documents are in the store.</summary>
/// <param name="Root">What a tag will point at.</param>
/// <param name="Config">What it says of its results.</param>
/// <param name="Layers">Each once.</param>
public sealed record WrittenCache(Descriptor Root, Descriptor Config, IReadOnlyList<Layer> Layers);
