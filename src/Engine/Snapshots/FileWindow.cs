using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>A read-only window of a file that others read too and somebody else closes.</summary>
internal sealed class FileWindow(SafeFileHandle file, long offset, long length) : ReadingStream
{
    private long _position;

    public override long Length => length;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, length - _position);
        var read = wanted <= 0 ? 0 : RandomAccess.Read(file, buffer[..wanted], offset + _position);
        _position += read;
        return read;
    }
}
