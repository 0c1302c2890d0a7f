using System.Security.Cryptography;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>The file of a blob, hashed while it is read: its last byte is given away only when every byte is what the digest promises.</summary>
/// <remarks>Disks forget bits, and nobody looks between this and whoever the bytes are sent to. What is damaged is removed before the error
/// (MBK1208) is thrown, so that whoever tries again makes or pulls it anew. Who stops reading before the end proves nothing.</remarks>
internal sealed class BlobFileStream : ReadingStream
{
    private readonly Digest _digest;
    private readonly Action<StoredFile> _remove;
    private readonly FileStream _file;
    private readonly StoredFile _found;
    private readonly IncrementalHash _hash;
    private bool _proven;

    /// <param name="path">The file; opening it throws as opening any file does.</param>
    /// <param name="digest">What its bytes are said to be.</param>
    /// <param name="remove">Removes the file, unless it is another one by then; does not throw.</param>
    public BlobFileStream(string path, Digest digest, Action<StoredFile> remove)
    {
        (_digest, _remove) = (digest, remove);
        _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
        _found = new StoredFile(path, _file.Length, File.GetLastWriteTimeUtc(_file.SafeFileHandle));
        _hash = BlobHash.Create(digest.Algorithm);
    }

    public override long Length => _found.Size;

    public override long Position { get => _file.Position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        try
        {
            return Pass(buffer[.._file.Read(buffer)]);
        }
        catch (IOException e)
        {
            throw Damaged($"it cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        try
        {
            var read = await _file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return Pass(buffer.Span[..read]);
        }
        catch (IOException e)
        {
            throw Damaged($"it cannot be read: {e.Message.TrimEnd('.')}", e);
        }
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

    private int Pass(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        if (!_proven && (bytes.IsEmpty || _file.Position >= _found.Size)) Prove();
        return bytes.Length;
    }

    private void Prove()
    {
        var read = BlobHash.DigestOf(_hash, _digest.Algorithm);
        if (read != _digest) throw Damaged($"its {_file.Position} bytes are those of {read}");
        _proven = true;
    }

    private ContentException Damaged(string problem, Exception? inner = null)
    {
        _remove(_found);
        return ContentException.IsDamaged(_found.Path, problem, inner);
    }
}
