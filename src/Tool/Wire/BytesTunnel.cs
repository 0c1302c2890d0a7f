using Google.Protobuf;

namespace MsBuildKit.Tool.Wire;

/// <summary>A stream whose bytes travel as messages of a call.</summary>
/// <param name="receive">The next piece that came, or <c>null</c> at the end.</param>
/// <param name="send">Sends a piece, which is nobody else's once this was called; asked one at a time.</param>
/// <param name="close">No more is sent.</param>
internal sealed class BytesTunnel(Func<CancellationToken, ValueTask<ByteString?>> receive, Func<ByteString, CancellationToken, Task> send, Func<Task> close) : ConnectionStream
{
    // Far below what a message may have.
    private const int Largest = 1 << 20;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private ReadOnlyMemory<byte> _rest;
    private int _closed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (_rest.IsEmpty)
        {
            if (await receive(cancellationToken).ConfigureAwait(false) is not { } piece) return 0;
            _rest = piece.Memory;
        }
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (; !buffer.IsEmpty; buffer = buffer[Math.Min(buffer.Length, Largest)..])
                await send(ByteString.CopyFrom(buffer.Span[..Math.Min(buffer.Length, Largest)]), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0) await close().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _closed, 1) == 0) _ = close();
        base.Dispose(disposing);
    }
}
