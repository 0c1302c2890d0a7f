using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Directories that outlive builds, by id, for all processes that share a store: <c>cache-mounts/FOLDER</c>.</summary>
/// <remarks>
/// Every directory has a file <c>FOLDER.lock</c> beside it that its users hold: <c>shared</c> with others, <c>locked</c> alone, after waiting,
/// <c>private</c> alone too, in the first directory of that id that nobody uses. A lock dies with its process, and its modification time is that of
/// the last use. <c>FOLDER.record</c> says whose it is. An id that is filled from another tree at first has a directory of its own for each such
/// tree. Whoever makes or replaces a directory has it alone until it is there as it should be.
/// </remarks>
/// <param name="store">The absolute path of the store.</param>
internal sealed class CacheMounts(string store)
{
    private const int MostPrivate = 1000;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly string _root = Path.Combine(store, StoreTrees.Caches);

    /// <summary>A directory for a mount, and the lock that keeps it: dispose it after the step.</summary>
    /// <param name="options">Id and sharing.</param>
    /// <param name="ground">What the directory is filled with at first (a chain's id), or empty.</param>
    /// <param name="make">Makes it, at once and whole, when it is not there.</param>
    /// <param name="cancellationToken">Ends the wait for a directory that somebody has alone.</param>
    public async Task<CacheMount> TakeAsync(CacheOpt options, string ground, Func<string, Task> make, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_root);
        var name = new CacheName(options.ID, ground);
        if (options.Sharing == CacheSharingOpt.Private) return await TakePrivateAsync(name, make).ConfigureAwait(false);

        var path = PathOf(name);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (options.Sharing == CacheSharingOpt.Shared && Directory.Exists(path))
            {
                var shared = FileLock.TryShare(StoreTrees.CacheLock(path), FileMode.OpenOrCreate);
                if (shared is not null && Directory.Exists(path)) return Use(name, shared);
                shared?.Dispose();
            }
            else if (TryTake(path) is { } alone)
            {
                var made = await OpenAsync(name, alone, make).ConfigureAwait(false);
                if (options.Sharing != CacheSharingOpt.Shared) return made;
                made.Dispose();
                continue;
            }
            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps everybody else out of a cache, which need not be there.</summary>
    /// <param name="name">Which.</param>
    /// <param name="waiting">Called once when somebody uses it, before the wait; <c>null</c> throws MBK2025 instead.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<CacheMount> TakeAloneAsync(CacheName name, Func<ValueTask>? waiting, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_root);
        var path = PathOf(name);
        for (var isFirst = true; ; isFirst = false)
        {
            if (TryTake(path) is { } held) return new CacheMount(path, held);
            if (waiting is null)
                throw new WorkerException(WorkerException.CacheInUse, ErrorKind.FailedPrecondition, $"A step uses the cache mount '{name.Id}' at this moment. Try again when it has ended, or leave out --no-wait.");
            if (isFirst) await waiting().ConfigureAwait(false);
            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes a tree the directory of a cache that the caller has alone, in one step.</summary>
    /// <param name="name">Which.</param>
    /// <param name="tree">A directory of the store; afterwards what was the cache before, if it was there.</param>
    public void Replace(CacheName name, string tree)
    {
        var path = PathOf(name);
        Posix.TrySyncFileSystem(store);
        Remember(name);
        if (!Directory.Exists(path)) Directory.Move(tree, path);
        else if (Kernel.Exchange(tree, path) != 0) Displace(tree, path);
        Posix.SyncDirectory(_root);
        MarkUsed(path);
    }

    // On file systems that cannot exchange two names: whoever is killed in between leaves no cache, and never half of one.
    private static void Displace(string tree, string path)
    {
        var gone = tree + ".gone";
        Directory.Move(path, gone);
        Directory.Move(tree, path);
        Directory.Move(gone, tree);
    }

    private async Task<CacheMount> TakePrivateAsync(CacheName name, Func<string, Task> make)
    {
        for (var i = 0; i < MostPrivate; i++)
        {
            var own = name with { Number = i };
            if (TryTake(PathOf(own)) is { } held) return await OpenAsync(own, held, make).ConfigureAwait(false);
        }
        throw new IOException($"{MostPrivate} steps use a private cache of one id");
    }

    private async Task<CacheMount> OpenAsync(CacheName name, SafeFileHandle held, Func<string, Task> make)
    {
        try
        {
            if (!Directory.Exists(PathOf(name))) await make(PathOf(name)).ConfigureAwait(false);
            return Use(name, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private CacheMount Use(CacheName name, SafeFileHandle held)
    {
        Remember(name);
        MarkUsed(PathOf(name));
        return new CacheMount(PathOf(name), held);
    }

    // Without its record a cache works as well, and nobody can name it; whoever uses it next tries again.
    private void Remember(CacheName name)
    {
        if (!File.Exists(StoreTrees.CacheRecord(PathOf(name)))) SealedFile.TryWrite(StoreTrees.CacheRecord(PathOf(name)), name.ToWire().ToByteArray());
    }

    // One that cannot be marked as used is merely removed earlier.
    private static void MarkUsed(string path) => _ = Kernel.utimensat(Kernel.CurrentDirectory, StoreTrees.CacheLock(path), null, Kernel.NoFollow);

    private static SafeFileHandle? TryTake(string path) => FileLock.TryTake(StoreTrees.CacheLock(path), FileMode.OpenOrCreate);

    private string PathOf(CacheName name) => Path.Combine(_root, name.Folder);
}
