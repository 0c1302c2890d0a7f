using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace MsBuildKit.Engine.Content;

/// <summary>Reads a stream on another thread, a few blocks ahead of who reads this one, so that both work at the same time.</summary>
/// <remarks>What reading throws is thrown here once what came before it was read. Disposing waits until the other thread has ended; the inner
/// stream stays open.</remarks>
internal sealed class ReadAheadStream : ReadingStream
{
    // Handing over costs the more the smaller the blocks are.
    private const int BlockSize = 1 << 18, Blocks = 4;

    private readonly ConcurrentQueue<byte[]> _free = new();
    private readonly ConcurrentQueue<(byte[] Bytes, int Length)> _filled = new();
    private readonly SemaphoreSlim _freed = new(Blocks), _ready = new(0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private (byte[] Bytes, int Length) _current = ([], 0);
    private int _taken;
    private bool _isAtEnd;
    private volatile ExceptionDispatchInfo? _fault;

    public ReadAheadStream(Stream inner)
    {
        for (var i = 0; i < Blocks; i++) _free.Enqueue(GC.AllocateUninitializedArray<byte>(BlockSize));
        _reading = Task.Run(() => ReadAllAsync(inner));
    }

    public override int Read(Span<byte> buffer)
    {
        while (_taken == _current.Length && !_isAtEnd)
        {
            _ready.Wait();
            Next();
        }
        return Take(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_taken == _current.Length && !_isAtEnd)
        {
            await _ready.WaitAsync(cancellationToken).ConfigureAwait(false);
            Next();
        }
        return Take(buffer.Span);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stop.Dispose();
        _freed.Dispose();
        _ready.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReadAllAsync(Stream inner)
    {
        try
        {
            int length;
            do
            {
                await _freed.WaitAsync(_stop.Token).ConfigureAwait(false);
                _ = _free.TryDequeue(out var block);
                length = await inner.ReadAtLeastAsync(block!, BlockSize, throwOnEndOfStream: false, _stop.Token).ConfigureAwait(false);
                _filled.Enqueue((block!, length));
                if (length == BlockSize) _ready.Release();
            }
            while (length == BlockSize);
        }
        catch (Exception e)
        {
            _fault = ExceptionDispatchInfo.Capture(e);
        }
        // For the last block, and for the end after it.
        _ready.Release(2);
    }

    private void Next()
    {
        if (_current.Bytes.Length > 0)
        {
            _free.Enqueue(_current.Bytes);
            _freed.Release();
        }
        (_current, _taken) = (([], 0), 0);
        if (_filled.TryDequeue(out var next)) _current = next;
        else _isAtEnd = true;
    }

    private int Take(Span<byte> buffer)
    {
        if (_isAtEnd) _fault?.Throw();
        var count = Math.Min(buffer.Length, _current.Length - _taken);
        _current.Bytes.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }
}
