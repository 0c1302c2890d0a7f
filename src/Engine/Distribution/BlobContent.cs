using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>The rest of a blob as the body of a request. It tells apart who failed: what went wrong on our side is in
/// <see cref="Fault"/>.</summary>
internal sealed class BlobContent : HttpContent
{
    private const int BufferSize = 1 << 17;

    private readonly Descriptor _blob;
    private readonly long _from;
    private readonly Func<CancellationToken, Task<Stream>> _open;

    public BlobContent(Descriptor blob, long from, Func<CancellationToken, Task<Stream>> open)
    {
        (_blob, _from, _open) = (blob, from, open);
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        // The distribution specification leaves out the unit that HTTP wants.
        if (from > 0) Headers.TryAddWithoutValidation("Content-Range", $"{from}-{blob.Size - 1}");
    }

    /// <summary>Called when bytes were written.</summary>
    public event Action? Moved;

    /// <summary>Bytes written.</summary>
    public long Written { get; private set; }

    /// <summary>Why the blob could not be read, or <c>null</c>.</summary>
    public Exception? Fault { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = _blob.Size - _from;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var source = await OursAsync(() => _open(cancellationToken)).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
                for (var position = 0L; position < _blob.Size;)
                {
                    var wanted = (int)Math.Min(BufferSize, (position < _from ? _from : _blob.Size) - position);
                    var read = await OursAsync(() => source.ReadAsync(buffer.AsMemory(0, wanted), cancellationToken).AsTask()).ConfigureAwait(false);
                    if (read == 0) throw Fault = TooShort(position);
                    position += read;
                    if (position <= _from) continue;
                    await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                    Written += read;
                    Moved?.Invoke();
                }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<T> OursAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Fault = e;
            throw;
        }
    }

    private ContentException TooShort(long length) => new(ContentException.Mismatch, ErrorKind.Unavailable,
        $"'{_blob.Digest}' has {length} bytes in the store instead of {_blob.Size}. Build again.");
}
