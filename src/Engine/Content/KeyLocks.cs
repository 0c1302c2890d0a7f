using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Content;

/// <summary>One holder per key, among all processes that use a directory. A lock dies with its process.</summary>
/// <remarks>
/// Keys share a fixed number of lock files, so nothing is ever unlinked under a waiter's feet. Two keys may meet in one file: hold a
/// lock only around work that acquires no other.
/// </remarks>
public sealed class KeyLocks(string directory) : IKeyLock
{
    private const int Files = 4096;
    private const string Folder = "locks";
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Those of a store's blobs and snapshots.</summary>
    public static KeyLocks OfStore(string root) => new(Path.Combine(root, Folder));

    /// <summary>Those of vertices. One is held while a vertex runs, which takes those of the store: in one folder, two keys of one file would wait for each other for ever.</summary>
    public static KeyLocks OfVertices(string root) => new(Path.Combine(root, Folder, "vertices"));

    /// <inheritdoc />
    public async ValueTask<IDisposable> AcquireAsync(string key, CancellationToken cancellationToken)
    {
        Prepare();
        var number = BinaryPrimitives.ReadUInt16BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key))) % Files;
        var path = Path.Combine(directory, number.ToString("x3", null));
        for (var pause = TimeSpan.FromMilliseconds(2); ; pause = Min(pause * 2, s_longestPause))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryLock(path) is { } held) return held;
            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Prepare()
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotLock(e);
        }
    }

    private SafeFileHandle? TryLock(string path)
    {
        try
        {
            return FileLock.TryTake(path, FileMode.OpenOrCreate);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotLock(e);
        }
    }

    private ContentException CannotLock(Exception e) => new(ContentException.CannotKeep, ErrorKind.Unavailable,
        $"The locks in '{directory}' cannot be taken: {DiskSpace.Explain(e, directory, 0)}. Free space with 'msbuildkit prune', make the folder yours, or set ContainerCacheDirectory to another disk.", e);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
