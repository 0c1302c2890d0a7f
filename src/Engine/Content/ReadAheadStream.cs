using System.IO.Pipelines;

namespace MsBuildKit.Engine.Content;

/// <summary>Reads a stream on another thread, a few blocks ahead of who reads this one, so that both work at the same time.</summary>
/// <remarks>What reading throws is thrown here once what came before it was read. Disposing waits until the other thread has ended; the inner
/// stream stays open.</remarks>
internal sealed class ReadAheadStream : ReadingStream
{
    // Handing over costs the more the smaller the blocks are.
    private const int BlockSize = 1 << 18, Blocks = 4;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: Blocks * BlockSize, resumeWriterThreshold: (Blocks - 1) * BlockSize, minimumSegmentSize: BlockSize, useSynchronizationContext: false));
    private readonly CancellationTokenSource _stop = new();
    private readonly Stream _ahead;
    private readonly Task _reading;

    public ReadAheadStream(Stream inner)
    {
        _ahead = _pipe.Reader.AsStream();
        _reading = Task.Run(() => ReadAllAsync(inner));
    }

    public override int Read(Span<byte> buffer)
    {
        var read = _ahead.Read(buffer);
        if (read == 0 && buffer.Length > 0) _reading.GetAwaiter().GetResult();
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _ahead.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read == 0 && buffer.Length > 0) await _reading.ConfigureAwait(false);
        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _ahead.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReadAllAsync(Stream inner)
    {
        var (writer, read) = (_pipe.Writer, BlockSize);
        try
        {
            while (read == BlockSize)
            {
                read = await inner.ReadAtLeastAsync(writer.GetMemory(BlockSize)[..BlockSize], BlockSize, throwOnEndOfStream: false, _stop.Token).ConfigureAwait(false);
                writer.Advance(read);
                await writer.FlushAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            // A fault is told by the task: the pipe would tell it before what came first was read.
            await writer.CompleteAsync().ConfigureAwait(false);
        }
    }
}
