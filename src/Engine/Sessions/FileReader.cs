using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Reads a file once for everything we want to know of its content.</summary>
internal static class FileReader
{
    private const int BufferSize = 1 << 18, MostReads = 10;

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

    /// <summary>Reads a file of a folder, which no link may have taken the place of, with what the file system says of it. What changes while it is read is read
    /// again, until it holds still; throws MBK1825 when it does not, or is gone.</summary>
    public static (FileStamp Stamp, FileFacts Facts) ReadEntry(string path)
    {
        try
        {
            for (var i = 0; i < MostReads; i++)
            {
                using var file = OperatingSystem.IsLinux() ? Posix.OpenWithoutFollowing(path) : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                var before = FolderEntry.Of(file, path);
                if (before.Kind != FolderEntryKind.File) break;
                var facts = Read(file, before.Stamp.Size);
                if (FolderEntry.Of(file, path).Stamp == before.Stamp && facts.Size == before.Stamp.Size) return (before.Stamp, facts);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw FolderWalk.NotReadable(path, e);
        }
        catch (IOException e)
        {
            throw Changing(path, e.Message.TrimEnd('.'), e);
        }
        throw Changing(path, "it is never the same twice");
    }

    private static SessionException Changing(string path, string why, Exception? inner = null) => new(SessionException.FolderChanging, ErrorKind.FailedPrecondition,
        $"'{path}' of the context changes while it is read: {why}. Stop what writes there and build again, or leave it out by '.dockerignore'.", inner);

    private static FileFacts Read(SafeFileHandle file, long size)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(size + 1, BufferSize));
        try
        {
            var read = RandomAccess.Read(file, buffer, 0);
            var executable = ProgramFile.IsProgram(buffer.AsSpan(0, read));
            if (read == size && read < buffer.Length) return new FileFacts(Digest.FromSha256(SHA256.HashData(buffer.AsSpan(0, read))), "", size, executable);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long offset = 0;
            for (; read > 0; read = offset <= size ? RandomAccess.Read(file, buffer, offset) : 0)
            {
                hash.AppendData(buffer, 0, read);
                offset += read;
            }
            return new FileFacts(Digest.FromSha256(hash.GetHashAndReset()), "", offset, executable);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
