namespace MsBuildKit.Engine.Content;

/// <summary>A tar whose headers are read: refuses what wants to be read in one piece larger than a header can need, before a byte of it is
/// touched. An extended header may claim any size.</summary>
internal sealed class HeaderGuard(Stream tar) : Stream
{
    private const int LargestPiece = 1 << 20;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => tar.Length;

    public override long Position { get => tar.Position; set => tar.Position = value; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        Require(buffer.Length);
        return tar.Read(buffer);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Require(buffer.Length);
        return tar.ReadAsync(buffer, cancellationToken);
    }

    public override long Seek(long offset, SeekOrigin origin) => tar.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static void Require(int length)
    {
        if (length > LargestPiece) throw new InvalidDataException($"a header claims {length} bytes");
    }
}
