using System.Buffers.Binary;
using System.IO.Compression;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>One gzip member (RFC 1952) whose deflate data is joined from blocks that each end on a byte boundary (a sync flush).</summary>
internal sealed class GzipBlockCompressor(int level) : IBlockCompressor
{
    // No name, no time, unknown system: nothing that could differ between machines.
    private static readonly byte[] s_head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

    private readonly ZLibCompressionOptions _options = new() { CompressionLevel = level };

    public int BlockSize => 1 << 20;

    // Deflate adds a few bytes to what it cannot compress, at worst an eighth when it does not look first.
    public int OutputSize => BlockSize + BlockSize / 8 + 1024;

    public ReadOnlyMemory<byte> Head => s_head;

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> block, byte[] output)
    {
        using var written = new MemoryStream(output);
        using var deflate = new DeflateStream(written, _options, leaveOpen: true);
        deflate.Write(block.Span);
        deflate.Flush();
        // What disposing appends would end the whole member: it goes behind the bytes that count.
        return output.AsMemory(0, (int)written.Position);
    }

    public ReadOnlyMemory<byte> Tail(uint crc32, long length)
    {
        // An empty final block, then the checksums.
        var tail = new byte[] { 3, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(2), crc32);
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(6), unchecked((uint)length));
        return tail;
    }
}
