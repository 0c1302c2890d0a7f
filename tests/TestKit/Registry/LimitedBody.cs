using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Registry;

/// <summary>An answer's body that goes wrong after some bytes.</summary>
internal sealed class LimitedBody(HttpContext context, int bytes, Func<Task> then) : Stream
{
    private readonly Stream _body = context.Response.Body;
    private int _left = bytes;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public Task RunAsync(Func<Task> next)
    {
        context.Response.Body = this;
        return next();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var part = Math.Min(_left, buffer.Length);
        await _body.WriteAsync(buffer[..part], cancellationToken);
        await _body.FlushAsync(cancellationToken);
        _left -= part;
        if (_left == 0) await then();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _body.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
