using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>A lent file that proves at its end to be the one whose facts are known.</summary>
/// <remarks>Facts are read before layers are written. A file that changes in between, even one that keeps its size and time, must not come
/// under the key of what it was.</remarks>
public sealed class LentFileStream(string path, Digest expected) : ReadingStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);

    public override long Length => _file.Length;

    public override long Position { get => _file.Position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var read = _file.Read(buffer);
        if (read > 0) _hash.AppendData(buffer[..read]);
        else if (buffer.Length > 0 && Digest.FromSha256(_hash.GetCurrentHash()) != expected)
            throw new SnapshotException(SnapshotException.FileChanged, ErrorKind.FailedPrecondition, $"'{path}' changed during the build. Stop what writes to it and publish again.");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
