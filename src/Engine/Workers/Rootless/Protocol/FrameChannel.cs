using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>Frames over two streams, as worker.proto describes them. One reader; any number of writers, one at a time.</summary>
public sealed class FrameChannel(Stream input, Stream output) : IDisposable
{
    /// <summary>The version of the protocol that this code speaks.</summary>
    public const int Version = 3;

    /// <summary>The longest frame, in bytes. Secrets and the content of small files travel in one.</summary>
    public const int LongestFrame = 1 << 26;

    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>The next frame, or <c>null</c> when the other side ended. Throws <see cref="InvalidDataException"/> for what is no frame.</summary>
    public async Task<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        var head = new byte[sizeof(int)];
        var read = await input.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0) return null;
        var length = read == head.Length ? BinaryPrimitives.ReadInt32BigEndian(head) : -1;
        if (length is < 0 or > LongestFrame) throw new InvalidDataException($"a frame of {length} bytes");

        var buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await input.ReadExactlyAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            return Frame.Parser.ParseFrom(buffer, 0, length);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidProtocolBufferException)
        {
            throw new InvalidDataException("a broken frame", e);
        }
        finally
        {
            // Secrets pass through here.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Sends a frame whole, or not at all when it is cancelled before its turn.</summary>
    public async Task WriteAsync(Frame frame, CancellationToken cancellationToken)
    {
        var length = frame.CalculateSize();
        if (length > LongestFrame) throw new InvalidDataException($"a frame of {length} bytes");
        var buffer = ArrayPool<byte>.Shared.Rent(sizeof(int) + length);
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            BinaryPrimitives.WriteInt32BigEndian(buffer, length);
            frame.WriteTo(buffer.AsSpan(sizeof(int), length));
            await output.WriteAsync(buffer.AsMemory(0, sizeof(int) + length), CancellationToken.None).ConfigureAwait(false);
            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _writing.Dispose();
}
