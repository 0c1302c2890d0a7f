namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>How a worker's caches get out of its store and in.</summary>
public interface ICacheExecutor
{
    /// <summary>Makes a layer of a cache; that it waits goes to <paramref name="log"/>.</summary>
    Task<Done> ExportAsync(ExportCache call, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken);

    /// <summary>Puts a layer in place of a cache; that it waits goes to <paramref name="log"/>.</summary>
    Task<Done> ImportAsync(ImportCache call, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken);

    /// <summary>Removes caches by id, each when nobody uses it.</summary>
    Task<Done> RemoveAsync(RemoveCaches call, CancellationToken cancellationToken);
}
