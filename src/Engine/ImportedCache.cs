using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine;

/// <summary>What became of a cache in an import.</summary>
/// <param name="Name">The cache.</param>
/// <param name="Size">Bytes of its layer.</param>
/// <param name="IsKept">It was there, and stays as it was.</param>
public sealed record ImportedCache(CacheName Name, long Size, bool IsKept);
