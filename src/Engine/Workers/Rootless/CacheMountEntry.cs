namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A cache of steps in a store.</summary>
/// <param name="Folder">The name of its directory.</param>
/// <param name="Name">Which it is; <c>null</c> when no step has used it since stores write that down.</param>
/// <param name="Size">Bytes of all that is in it.</param>
/// <param name="Count">Files and folders.</param>
/// <param name="LastUsed">When a step or an import began to use it last, UTC.</param>
/// <param name="Use">Who uses it now.</param>
public sealed record CacheMountEntry(string Folder, CacheName? Name, long Size, int Count, DateTime LastUsed, CacheUse Use);
