namespace MsBuildKit.TestKit.Registry;

/// <summary>A request's body that tells its record how much arrived, and may be cut off.</summary>
internal sealed class CountedBody(Stream body, RecordedRequest record) : Stream
{
    /// <summary>Called with the number of bytes that arrived so far; may throw.</summary>
    public Action<long>? Arrived { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Arrived?.Invoke(record.BodyLength);
        var read = await body.ReadAsync(buffer, cancellationToken);
        record.Received(read);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
