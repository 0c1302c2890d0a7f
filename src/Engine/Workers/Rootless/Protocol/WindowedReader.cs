namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>Reads a stream of the other side, which sends no more than there is room for here. One reader at a time.</summary>
/// <remarks>Disposed before its end, it lets go by what still comes.</remarks>
/// <param name="give">Says that there is room for more; must not wait.</param>
internal sealed class WindowedReader(Action<int> give) : Stream
{
    // Room is given in few pieces, and before the other side has none left.
    private const int Portion = ByteWindow.Size / 4;

    private readonly Lock _gate = new();
    private readonly Queue<ReadOnlyMemory<byte>> _held = new();
    private ReadOnlyMemory<byte> _first;
    private TaskCompletionSource? _waiting;
    private Exception? _fault;
    private int _used;
    private bool _isEnded, _isDropped;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>How many bytes came that nobody has read yet.</summary>
    public int Held { get; private set; }

    /// <summary>The most of them that there ever were.</summary>
    public int MostHeld { get; private set; }

    /// <summary>Takes what came.</summary>
    public void Take(ReadOnlyMemory<byte> bytes)
    {
        var room = 0;
        lock (_gate)
        {
            if (_isDropped) room = bytes.Length;
            else if (!bytes.IsEmpty)
            {
                _held.Enqueue(bytes);
                Held += bytes.Length;
                MostHeld = Math.Max(MostHeld, Held);
                _waiting?.TrySetResult();
            }
        }
        if (room > 0) give(room);
    }

    /// <summary>Nothing more comes; when that is somebody's fault, who reads hears of it after what came.</summary>
    public void End(Exception? fault = null)
    {
        lock (_gate)
        {
            if (_isEnded) return;
            (_isEnded, _fault) = (true, fault);
            _waiting?.TrySetResult();
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task waiting;
            var (read, room) = (0, 0);
            lock (_gate)
            {
                if (_isDropped) throw new ObjectDisposedException(nameof(WindowedReader));
                if (Held == 0 && _isEnded) return _fault is null ? 0 : throw new IOException(_fault.Message, _fault);
                if (Held > 0) (read, room) = TakeOut(buffer.Span);
                _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _waiting.Task;
            }
            if (room > 0) give(room);
            if (read > 0 || buffer.IsEmpty) return read;
            await waiting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        int room;
        lock (_gate)
        {
            if (_isDropped) return;
            _isDropped = true;
            room = Held + _used;
            _held.Clear();
            _first = default;
            (Held, _used) = (0, 0);
            _waiting?.TrySetResult();
        }
        if (room > 0 && !_isEnded) give(room);
    }

    private (int Read, int Room) TakeOut(Span<byte> buffer)
    {
        var read = 0;
        while (read < buffer.Length && (!_first.IsEmpty || _held.TryDequeue(out _first)))
        {
            var length = Math.Min(_first.Length, buffer.Length - read);
            _first.Span[..length].CopyTo(buffer[read..]);
            _first = _first[length..];
            read += length;
        }
        Held -= read;
        _used += read;
        if (_used < Portion) return (read, 0);
        var room = _used;
        _used = 0;
        return (read, room);
    }
}
