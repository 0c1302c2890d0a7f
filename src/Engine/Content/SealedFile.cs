using System.Globalization;
using System.Security.Cryptography;

namespace MsBuildKit.Engine.Content;

/// <summary>The small files beside the blobs: the SHA-256 of a body, then the body.</summary>
/// <remarks>A file is written beside its name, made durable and renamed: after a power cut it is there whole or not at all. That the name
/// is kept is not waited for, since a lost file only costs making it again.</remarks>
public static class SealedFile
{
    private static long s_counter;

    /// <summary>Reads the body, <c>null</c> when it is damaged; false when the file is not there any more.</summary>
    public static bool TryRead(string path, out byte[]? body)
    {
        body = null;
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (bytes.Length >= SHA256.HashSizeInBytes && SHA256.HashData(bytes.AsSpan(SHA256.HashSizeInBytes)).AsSpan().SequenceEqual(bytes.AsSpan(0, SHA256.HashSizeInBytes)))
                body = bytes[SHA256.HashSizeInBytes..];
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Writes the body, making the folder; leaves nothing half-written and returns false when that cannot be.</summary>
    public static bool TryWrite(string path, ReadOnlySpan<byte> body, bool isDurable = true)
    {
        var staged = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref s_counter)}.tmp");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            byte[] bytes = [.. SHA256.HashData(body), .. body];
            using (var file = File.OpenHandle(staged, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(file, bytes, 0);
                if (isDurable) RandomAccess.FlushToDisk(file);
            }
            File.Move(staged, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StagedFile.Drop(staged);
            return false;
        }
    }
}
