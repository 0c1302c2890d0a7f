using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Exporters;

/// <summary>One cache of steps in an artifact.</summary>
/// <param name="Id">As steps name it.</param>
/// <param name="Ground">The ChainID of what it was filled with at first, or empty.</param>
/// <param name="Number">Of a private one.</param>
/// <param name="Layer">Its files, below one directory.</param>
public sealed record CacheArtifactEntry(string Id, string Ground, int? Number, Layer Layer);
