using System.Buffers.Binary;

namespace MsBuildKit.Tool.Wire;

/// <summary>The sending side of an HTTP/2 connection on which some headers of requests go out once for each of their values.</summary>
/// <remarks>
/// .NET's client writes a header that has several values as one, with ", " between them, and servers in Go do not take such a header apart. So header blocks
/// (RFC 9113, 4.3) are rewritten on their way: .NET's encoder refers to no entry of the dynamic table, so a field can be repeated without anybody noticing
/// (RFC 7541, 6.2.2). Values must not have ", " in them, which escaping sees to. Everything else passes as it is.
/// </remarks>
/// <param name="inner">The connection.</param>
/// <param name="names">Of the headers, lower-case.</param>
internal sealed class RepeatedHeaders(Stream inner, IReadOnlySet<string> names) : ConnectionStream
{
    private const int FrameHeader = 9, LargestFrame = 1 << 14;
    private const byte HeadersFrame = 1, ContinuationFrame = 9, EndHeaders = 4, Padded = 8, Priority = 0x20;

    private static readonly byte[] s_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray();

    private readonly List<byte> _waiting = [];
    private readonly MemoryStream _block = new();
    private bool _isBegun;
    private byte[] _first = [];

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var written = Rewrite(buffer.Span);
        if (written.Length > 0) await inner.WriteAsync(written, cancellationToken).ConfigureAwait(false);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    // Whole frames go on at once; what is left of one waits for the rest of it.
    private byte[] Rewrite(ReadOnlySpan<byte> bytes)
    {
        _waiting.AddRange(bytes);
        var (output, all, at) = (new MemoryStream(), _waiting.ToArray(), 0);
        if (!_isBegun)
        {
            if (all.Length < s_preface.Length) return [];
            output.Write(all, 0, s_preface.Length);
            (_isBegun, at) = (true, s_preface.Length);
        }
        while (all.Length - at >= FrameHeader)
        {
            var size = FrameHeader + (all[at] << 16 | all[at + 1] << 8 | all[at + 2]);
            if (all.Length - at < size) break;
            Take(all.AsSpan(at, size), output);
            at += size;
        }
        _waiting.RemoveRange(0, at);
        return output.ToArray();
    }

    private void Take(ReadOnlySpan<byte> frame, MemoryStream output)
    {
        if (frame[3] is not (HeadersFrame or ContinuationFrame))
        {
            output.Write(frame);
            return;
        }
        if (frame[3] == HeadersFrame) _first = frame[..FrameHeader].ToArray();
        _block.Write(Fragment(frame));
        if ((frame[4] & EndHeaders) == 0) return;
        WriteBlock(HeaderFields.Repeat(_block.ToArray(), names), output);
        _block.SetLength(0);
    }

    private static ReadOnlySpan<byte> Fragment(ReadOnlySpan<byte> frame)
    {
        var payload = frame[FrameHeader..];
        if (frame[3] != HeadersFrame) return payload;
        if ((frame[4] & Padded) != 0) payload = payload[1..^payload[0]];
        return (frame[4] & Priority) != 0 ? payload[5..] : payload;
    }

    private void WriteBlock(ReadOnlySpan<byte> block, MemoryStream output)
    {
        Span<byte> header = stackalloc byte[FrameHeader];
        for (var isFirst = true; isFirst || block.Length > 0; isFirst = false)
        {
            var part = block[..Math.Min(block.Length, LargestFrame)];
            block = block[part.Length..];
            _first.CopyTo(header);
            BinaryPrimitives.WriteUInt16BigEndian(header[1..], (ushort)part.Length);
            header[0] = 0;
            header[3] = isFirst ? HeadersFrame : ContinuationFrame;
            header[4] = (byte)((isFirst ? _first[4] & ~(EndHeaders | Padded | Priority) : 0) | (block.IsEmpty ? EndHeaders : 0));
            output.Write(header);
            output.Write(part);
        }
    }
}
