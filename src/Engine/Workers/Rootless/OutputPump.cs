using System.Buffers;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Carries both streams of a step to its receiver: every byte, at once, and never two calls at a time.</summary>
internal sealed class OutputPump(IStepOutput receiver, StepSpec spec, CancellationTokenSource stop) : IDisposable
{
    private const int BufferSize = 64 << 10;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly OutputTail _output = new(), _error = new();
    private long _total;

    /// <summary>The last lines of its output, then those of its error: nobody knows how they came among each other.</summary>
    public IReadOnlyList<string> LastLines() => [.. _output.LastLines(), .. _error.LastLines()];

    public void Dispose() => _turn.Dispose();

    /// <summary>Carries one stream to its end; when that fails, everything stops. Throws MBK2017 when more comes than may.</summary>
    public async Task PumpAsync(Stream source, StepStream stream)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while ((read = await source.ReadAsync(buffer, stop.Token).ConfigureAwait(false)) > 0)
            {
                if (Interlocked.Add(ref _total, read) > spec.Limits.Output) throw StepErrors.TooMuch(spec);
                await SendAsync(stream, buffer.AsMemory(0, read), stop.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task SendAsync(StepStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            (stream == StepStream.Output ? _output : _error).Add(bytes.Span);
            await receiver.WriteAsync(stream, bytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
