using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>A lent file that proves at its end to be the one whose facts are known.</summary>
/// <remarks>Facts are read before layers are written. A file that changes in between, even one that keeps its size and time, must not come
/// under the key of what it was.</remarks>
public sealed class LentFileStream : ReadingStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly Digest _expected;
    private readonly long _start;
    private readonly long? _end;
    private long _position;

    private readonly bool _isShared;

    /// <summary>Opens a file.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="facts">What it is.</param>
    public LentFileStream(LocalFile file, FileFacts facts)
        : this(file, facts, Open(file.HostPath)) => _isShared = false;

    /// <summary>Reads one that is open, and stays so.</summary>
    internal LentFileStream(LocalFile file, FileFacts facts, SafeFileHandle open)
    {
        (_file, _isShared) = (open, true);
        (_path, _expected, _start) = (file.HostPath, facts.Sha256, file.Offset ?? 0);
        if (file.Offset is not null) _end = _start + facts.Size;
        _position = _start;
    }

    /// <summary>Opens what is at a path, for several of these.</summary>
    internal static SafeFileHandle Open(string path) => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    public override long Length => (_end ?? RandomAccess.GetLength(_file)) - _start;

    public override long Position { get => _position - _start; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var room = _end is { } end ? buffer[..(int)Math.Min(buffer.Length, end - _position)] : buffer;
        var read = room.IsEmpty ? 0 : RandomAccess.Read(_file, room, _position);
        _position += read;
        if (read > 0) _hash.AppendData(buffer[..read]);
        else if (buffer.Length > 0 && Digest.FromSha256(_hash.GetCurrentHash()) != _expected)
            throw new SnapshotException(SnapshotException.FileChanged, ErrorKind.FailedPrecondition, $"'{_path}' changed during the build. Stop what writes to it and publish again.");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (!_isShared) _file.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
