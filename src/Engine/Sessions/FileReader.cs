using System.Buffers;
using System.Security.Cryptography;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Reads a file once for everything we want to know of its content.</summary>
internal static class FileReader
{
    private const int BufferSize = 1 << 18;

    /// <summary>Reads a file that is expected to have <paramref name="size"/> bytes. Of a longer one hardly more than that is read: whoever writes
    /// to it may be faster than we are, and its end never come.</summary>
    public static FileFacts Read(string path, long size)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            // Not for security: SPDX 2.3 wants one with each file.
            using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            long offset = 0;
            var executable = false;
            for (int read; offset <= size && (read = RandomAccess.Read(file, buffer.AsSpan(0, BufferSize), offset)) > 0; offset += read)
            {
                if (offset == 0) executable = ProgramFile.IsProgram(buffer.AsSpan(0, read));
                sha256.AppendData(buffer, 0, read);
                sha1.AppendData(buffer, 0, read);
            }
            return new FileFacts(Digest.FromSha256(sha256.GetHashAndReset()), Convert.ToHexStringLower(sha1.GetHashAndReset()), offset, executable);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SessionException(SessionException.FileNotThere, ErrorKind.FailedPrecondition, $"'{path}' cannot be read: {e.Message.TrimEnd('.')}. Check its permissions and publish again.", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

}
