using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Packages;

/// <summary>The next <paramref name="size"/> bytes of a stream, which is closed with it when it is owned.</summary>
internal sealed class ArMember(Stream inner, long size, bool owned = false) : ReadingStream
{
    private readonly long _size = size;
    private long _left = size;

    public override long Length => _size;

    public override long Position { get => _size - _left; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read;
    }

    /// <summary>Reads on to a position, or to the end when the inner stream ends before.</summary>
    public void SkipTo(long position)
    {
        Span<byte> passed = stackalloc byte[4096];
        while (Position < position && Read(passed[..(int)Math.Min(passed.Length, position - Position)]) > 0)
        {
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && owned) inner.Dispose();
        base.Dispose(disposing);
    }
}
