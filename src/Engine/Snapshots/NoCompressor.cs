namespace MsBuildKit.Engine.Snapshots;

/// <summary>Leaves blocks as they are.</summary>
internal sealed class NoCompressor : IBlockCompressor
{
    public int BlockSize => 1 << 20;

    public int OutputSize => 0;

    public ReadOnlyMemory<byte> Head => default;

    public ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> block, byte[] output) => block;

    public ReadOnlyMemory<byte> Tail(uint crc32, long length) => default;
}
