namespace MsBuildKit.Engine.Content;

/// <summary>What a decompressor makes of its input, refused once it is a bomb: beyond an allowance nothing real unpacks to so many times its
/// size.</summary>
internal sealed class UnpackStream : ReadingStream
{
    private const int MostTimes = 200;

    private readonly CountedStream _packed;
    private readonly Stream _plain;
    private readonly long _allowance;
    private long _length;

    /// <param name="packed">Closed with this stream, if the decompressor does so.</param>
    /// <param name="decompress">Makes the decompressor.</param>
    /// <param name="allowance">Bytes that may come out of however little.</param>
    public UnpackStream(Stream packed, Func<Stream, Stream> decompress, long allowance)
    {
        _packed = new CountedStream(packed);
        _plain = decompress(_packed);
        _allowance = allowance;
    }

    public override long Position { get => _length; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer) => Count(_plain.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await _plain.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    protected override void Dispose(bool disposing)
    {
        if (disposing) _plain.Dispose();
        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        _length += read;
        if (_length > _allowance && _length / MostTimes > _packed.Position) throw new InvalidDataException($"it unpacks to more than {MostTimes} times its size");
        return read;
    }

    private sealed class CountedStream(Stream inner) : ReadingStream
    {
        private long _position;

        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            _position += read;
            return read;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _position += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
