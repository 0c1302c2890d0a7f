namespace MsBuildKit.Engine.Content;

/// <summary>A tar whose headers are read: refuses what wants to be read in one piece larger than a header can need, before a byte of it is
/// touched. An extended header may claim any size.</summary>
internal sealed class HeaderGuard(Stream tar) : Stream
{
    private const int LargestPiece = 1 << 20;
    private bool _isContentNext;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => tar.Length;

    public override long Position { get => tar.Position; set => tar.Position = value; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        Require(buffer.Length);
        // A header comes in one piece, so that it can be looked at before it is obeyed.
        var read = buffer.Length == TarBlock.Size ? tar.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) : tar.Read(buffer);
        Look(buffer[..read]);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Require(buffer.Length);
        var read = buffer.Length == TarBlock.Size
            ? await tar.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)
            : await tar.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Look(buffer.Span[..read]);
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => tar.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // The reader makes room for what such a header claims before it reads any of it, and whatever the header's sum says.
    private void Look(ReadOnlySpan<byte> bytes)
    {
        var isContent = _isContentNext;
        _isContentNext = false;
        if (isContent || bytes.Length != TarBlock.Size || !TarBlock.IsMeta(bytes)) return;
        var claimed = TarBlock.LengthOf(bytes);
        if (claimed > LargestPiece) throw new InvalidDataException($"a header claims {claimed} bytes");
        _isContentNext = claimed > 0;
    }

    private static void Require(long length)
    {
        if (length > LargestPiece) throw new InvalidDataException($"a header claims {length} bytes");
    }
}
