using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace MsBuildKit.Engine.Workers;

/// <summary>Messages over two streams, each a length of four bytes (big-endian) and then itself. One reader; any number of writers, one at a time.</summary>
/// <param name="parser">Reads a message.</param>
/// <param name="input">From the other side.</param>
/// <param name="output">To it.</param>
public sealed class FrameChannel<T>(MessageParser<T> parser, Stream input, Stream output) : IDisposable where T : class, IMessage<T>
{
    /// <summary>The longest frame, in bytes. Secrets and the content of small files travel in one.</summary>
    public const int LongestFrame = 1 << 26;

    private readonly SemaphoreSlim _writing = new(1);

    /// <summary>The next frame, or <c>null</c> when the other side ended. Throws <see cref="InvalidDataException"/> for what is no frame.</summary>
    public async Task<T?> ReadAsync(CancellationToken cancellationToken)
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
            return parser.ParseFrom(buffer, 0, length);
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
    public async Task WriteAsync(T frame, CancellationToken cancellationToken)
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
