using System.Collections.Concurrent;
using ZstdSharp;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Zstandard frames (RFC 8878), one after another.</summary>
internal sealed class ZstdBlockCompressor(int level) : IBlockCompressor
{
    private readonly ConcurrentBag<Compressor> _idle = [];

    public int BlockSize => 4 << 20;

    public int OutputSize => Compressor.GetCompressBound(BlockSize);

    public ReadOnlyMemory<byte> Head => default;

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> block, byte[] output)
    {
        if (!_idle.TryTake(out var compressor)) compressor = new Compressor(level);
        var length = compressor.Wrap(block.Span, output);
        _idle.Add(compressor);
        return output.AsMemory(0, length);
    }

    public ReadOnlyMemory<byte> Tail(uint crc32, long length) => default;
}
