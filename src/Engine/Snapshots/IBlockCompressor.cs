using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Compresses a stream as blocks that know nothing of each other, so that they can be done at once and in any order.</summary>
internal interface IBlockCompressor
{
    /// <summary>Bytes of input per block. Part of the format: it shows in the output.</summary>
    int BlockSize { get; }

    /// <summary>Bytes that the output of a block needs at most.</summary>
    int OutputSize { get; }

    /// <summary>What stands before the first block.</summary>
    ReadOnlyMemory<byte> Head { get; }

    /// <summary>Compresses one block. Called from many threads at once.</summary>
    /// <param name="output">Room for the result, of <see cref="OutputSize"/> or more.</param>
    /// <returns>A part of <paramref name="output"/>, or the block itself.</returns>
    ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> block, byte[] output);

    /// <summary>What stands after the last block.</summary>
    /// <param name="crc32">Of all input.</param>
    /// <param name="length">Of all input.</param>
    ReadOnlyMemory<byte> Tail(uint crc32, long length);

    static IBlockCompressor Create(Compression compression, int? level) => compression switch
    {
        Compression.None => new NoCompressor(),
        Compression.Gzip => new GzipBlockCompressor(level ?? 3),
        Compression.Zstd => new ZstdBlockCompressor(level ?? 3),
        _ => throw new ArgumentOutOfRangeException(nameof(compression)),
    };
}
