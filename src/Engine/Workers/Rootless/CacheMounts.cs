using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Directories that outlive builds, by id, for all processes that share a store.</summary>
/// <remarks>
/// An id is hashed and never a path. Every directory has a lock file beside it that its users hold: <c>shared</c> with others,
/// <c>locked</c> alone, after waiting, <c>private</c> alone too, in the first directory of that id that nobody uses. A lock dies with
/// its process. An id that is filled from another tree at first has a directory of its own for each such tree. Whoever makes a directory has it
/// alone until it is there as it should be.
/// </remarks>
internal sealed class CacheMounts(string root)
{
    private const int MostPrivate = 1000;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>A directory for a mount, and the lock that keeps it: dispose it after the step.</summary>
    /// <param name="options">Id and sharing.</param>
    /// <param name="ground">What the directory is filled with at first (a chain's id), or empty.</param>
    /// <param name="make">Makes it, at once and whole, when it is not there.</param>
    /// <param name="cancellationToken">Ends the wait for a directory that somebody has alone.</param>
    public async Task<CacheMount> TakeAsync(CacheOpt options, string ground, Func<string, Task> make, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.ID}\0{ground}\0{(options.Sharing == CacheSharingOpt.Private ? "private" : "common")}")))[..32];
        if (options.Sharing == CacheSharingOpt.Private) return await TakePrivateAsync(name, make).ConfigureAwait(false);

        var path = Path.Combine(root, name);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (options.Sharing == CacheSharingOpt.Shared && Directory.Exists(path))
            {
                var shared = FileLock.TryShare(LockOf(path), FileMode.OpenOrCreate);
                if (shared is not null && Directory.Exists(path)) return new CacheMount(path, shared);
                shared?.Dispose();
            }
            else if (FileLock.TryTake(LockOf(path), FileMode.OpenOrCreate) is { } alone)
            {
                var made = await OpenAsync(path, alone, make).ConfigureAwait(false);
                if (options.Sharing != CacheSharingOpt.Shared) return made;
                made.Dispose();
                continue;
            }
            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<CacheMount> TakePrivateAsync(string name, Func<string, Task> make)
    {
        for (var i = 0; i < MostPrivate; i++)
        {
            var path = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{name}-{i}"));
            if (FileLock.TryTake(LockOf(path), FileMode.OpenOrCreate) is { } held) return await OpenAsync(path, held, make).ConfigureAwait(false);
        }
        throw new IOException($"{MostPrivate} steps use a private cache of one id");
    }

    private static async Task<CacheMount> OpenAsync(string path, SafeFileHandle held, Func<string, Task> make)
    {
        try
        {
            if (!Directory.Exists(path)) await make(path).ConfigureAwait(false);
            return new CacheMount(path, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static string LockOf(string path) => path + ".lock";
}
