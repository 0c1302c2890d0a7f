namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>Writes a stream to the other side as far as there is room for it there, and waits for more. One writer at a time.</summary>
/// <param name="send">Sends bytes, or the end for none.</param>
internal sealed class WindowedWriter(Func<ReadOnlyMemory<byte>, Task> send) : Stream
{
    private readonly Lock _gate = new();
    private int _room = ByteWindow.Size;
    private bool _isClosed, _isEnded;
    private TaskCompletionSource? _waiting;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>There is room for that much more.</summary>
    public void Give(int bytes)
    {
        lock (_gate)
        {
            _room += bytes;
            _waiting?.TrySetResult();
        }
    }

    /// <summary>Nobody reads it any more: who writes hears that the pipe is broken.</summary>
    public void Break()
    {
        lock (_gate)
        {
            _isClosed = true;
            _waiting?.TrySetResult();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var length = await TakeAsync(Math.Min(buffer.Length, ByteWindow.Piece), cancellationToken).ConfigureAwait(false);
            await send(buffer[..length]).ConfigureAwait(false);
            buffer = buffer[length..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    /// <summary>Sends the end.</summary>
    public override async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isEnded) return;
            _isEnded = true;
            if (_isClosed) return;
        }
        await send(ReadOnlyMemory<byte>.Empty).ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task<int> TakeAsync(int wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task waiting;
            lock (_gate)
            {
                if (_isClosed || _isEnded) throw new IOException("Nobody reads this any more.");
                if (_room > 0)
                {
                    var taken = Math.Min(wanted, _room);
                    _room -= taken;
                    return taken;
                }
                _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _waiting.Task;
            }
            await waiting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
