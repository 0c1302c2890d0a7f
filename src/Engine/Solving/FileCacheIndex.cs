using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Solving;

/// <summary>A cache index of one small file per key, <c>ab/REST-OF-HEX</c> below a directory.</summary>
/// <remarks>A file starts with the SHA-256 of its record, so a damaged one is a miss and never a wrong answer (<see cref="SealedFile"/>).
/// A power cut may take records that were saved just before: they are missing then, and never wrong. A hit touches a file that was not
/// touched for a day, which is what eviction goes by.</remarks>
public sealed class FileCacheIndex(string directory, TimeProvider time) : ICacheIndex
{
    private static readonly TimeSpan s_touchAfter = TimeSpan.FromDays(1);

    /// <inheritdoc />
    public ValueTask<byte[]?> FindAsync(Digest key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        try
        {
            if (!SealedFile.TryRead(path, out var record) || record is null) return new((byte[]?)null);
            Touch(path);
            return new(record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new((byte[]?)null);
        }
    }

    /// <inheritdoc />
    public ValueTask SaveAsync(Digest key, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Not remembering only costs doing it again, and is no reason for a build to fail that has all it needs.
        _ = SealedFile.TryWrite(PathOf(key), record.Span);
        return ValueTask.CompletedTask;
    }

    private string PathOf(Digest key) => Path.Combine(directory, key.Hex[..2], key.Hex[2..]);

    private void Touch(string path)
    {
        try
        {
            var now = time.GetUtcNow().UtcDateTime;
            if (now - File.GetLastWriteTimeUtc(path) > s_touchAfter) File.SetLastWriteTimeUtc(path, now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A record that cannot be touched is merely evicted earlier.
        }
    }
}
