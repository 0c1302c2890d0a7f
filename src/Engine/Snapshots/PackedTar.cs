using System.IO.Compression;
using MsBuildKit.Engine.Content;
using SharpCompress.Compressors.BZip2;
using SharpCompress.Compressors.Xz;
using ZstdSharp;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Tar archives that people packed: plain, or by gzip, bzip2, xz or zstd. The content says which, not the name.</summary>
internal static class PackedTar
{
    private const long Allowance = 1L << 30;

    /// <summary>The tar inside; the caller disposes it, and with it what it is read of.</summary>
    /// <param name="packed">From its beginning on. Decompressors ask for single bytes, which should be cheap.</param>
    public static Stream Open(Stream packed)
    {
        try
        {
            var head = new byte[6];
            head = head[..packed.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
            return Open(head, new HeadedStream(head, packed));
        }
        catch
        {
            packed.Dispose();
            throw;
        }
    }

    private static Stream Open(ReadOnlySpan<byte> head, HeadedStream packed)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b, 0x08])) return Unpack(packed, p => new GZipStream(p, CompressionMode.Decompress));
        if (head.StartsWith("BZh"u8)) return Unpack(packed, p => BZip2Stream.Create(p, SharpCompress.Compressors.CompressionMode.Decompress, decompressConcatenated: true));
        if (head.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])) return Unpack(packed, p => new XZStream(p));
        return head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? Unpack(packed, p => new DecompressionStream(p)) : packed;
    }

    private static UnpackStream Unpack(Stream packed, Func<Stream, Stream> decompress) => new(packed, decompress, Allowance);

    // What was looked at comes first.
    private sealed class HeadedStream(ReadOnlyMemory<byte> head, Stream rest) : ReadingStream
    {
        private ReadOnlyMemory<byte> _head = head;

        public override int Read(Span<byte> buffer) => _head.IsEmpty ? rest.Read(buffer) : Take(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _head.IsEmpty ? rest.ReadAsync(buffer, cancellationToken) : new(Take(buffer.Span));

        protected override void Dispose(bool disposing)
        {
            if (disposing) rest.Dispose();
            base.Dispose(disposing);
        }

        private int Take(Span<byte> buffer)
        {
            var length = Math.Min(buffer.Length, _head.Length);
            _head.Span[..length].CopyTo(buffer);
            _head = _head[length..];
            return length;
        }
    }
}
