using System.Buffers;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Carries both streams of a step to its receiver: every byte, at once, and never two calls at a time. Only the step's own secrets
/// are covered.</summary>
internal sealed class OutputPump(IStepOutput receiver, StepSpec spec, CancellationTokenSource stop) : IDisposable
{
    private const int BufferSize = 64 << 10;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly OutputTail _output = new(), _error = new();
    private readonly SecretPatterns? _secrets = SecretPatterns.Of(spec.Secrets);
    private long _total;

    /// <summary>The last lines of its output, then those of its error: nobody knows how they came among each other.</summary>
    public IReadOnlyList<string> LastLines() => [.. _output.LastLines(), .. _error.LastLines()];

    public void Dispose() => _turn.Dispose();

    /// <summary>Carries one stream to its end; when that fails, everything stops. Throws MBK2017 when more comes than may.</summary>
    public async Task PumpAsync(Stream source, StepStream stream)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var mask = _secrets is null ? null : new SecretMask(_secrets);
        try
        {
            int read;
            while ((read = await source.ReadAsync(buffer, stop.Token).ConfigureAwait(false)) > 0)
            {
                if (Interlocked.Add(ref _total, read) > spec.Limits.Output) throw StepErrors.TooMuch(spec);
                await SendAsync(stream, mask?.Add(buffer.AsSpan(0, read)) ?? buffer.AsMemory(0, read), stop.Token).ConfigureAwait(false);
            }
            if (mask is not null) await SendAsync(stream, mask.Complete(), stop.Token).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            // A secret may have passed through here.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: mask is not null);
        }
    }

    private async Task SendAsync(StepStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (bytes.IsEmpty) return;
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
