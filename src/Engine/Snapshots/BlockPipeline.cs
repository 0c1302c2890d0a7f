using System.IO.Hashing;
using System.Security.Cryptography;
using System.Threading.Channels;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Takes a stream of bytes, hashes it, compresses its blocks on several cores and writes them in order.</summary>
/// <remarks>Memory is bounded by the slots, a few more than there are cores: each holds one block and what became of it, and is used again
/// and again, by pipelines to come too. They are made as they are needed.</remarks>
internal sealed class BlockPipeline : IAsyncDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Crc32 _crc = new();
    private readonly IBlockCompressor _compressor;
    private readonly ContentIngest _output;
    private readonly Channel<BlockSlot> _free = Channel.CreateUnbounded<BlockSlot>(new() { SingleReader = true, SingleWriter = true });
    private readonly Channel<(BlockSlot Slot, Task<CompressedBlock> Compressed)> _underWay =
        Channel.CreateUnbounded<(BlockSlot, Task<CompressedBlock>)>(new() { SingleReader = true, SingleWriter = true });
    private readonly EarlierBlocks? _earlier;
    private readonly List<BlockSlot> _slots = [];
    private readonly CancellationToken _cancellationToken;
    private readonly Task _writing;
    private BlockSlot _slot;
    private int _slotsToMake;
    private int _filled;
    private long _length;

    public BlockPipeline(LayerOptions options, EarlierBlocks? earlier, ContentIngest output, CancellationToken cancellationToken)
    {
        _earlier = earlier;
        _compressor = IBlockCompressor.Create(options.Compression, options.Level);
        _output = output;
        _cancellationToken = cancellationToken;
        // One is filled and one written while all cores compress.
        _slotsToMake = options.Parallelism + 2;
        _slot = MakeSlot();
        _writing = Task.Run(WriteBlocksAsync, CancellationToken.None);
    }

    /// <summary>Room in the current block; fill some of it, then say how much with <see cref="AdvanceAsync"/>.</summary>
    public Memory<byte> Free => _slot.Block.AsMemory(_filled, _compressor.BlockSize - _filled);

    public ValueTask AdvanceAsync(int count)
    {
        _filled += count;
        return _filled == _compressor.BlockSize ? EmitAsync() : ValueTask.CompletedTask;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var count = Math.Min(bytes.Length, Free.Length);
            bytes[..count].CopyTo(Free);
            bytes = bytes[count..];
            await AdvanceAsync(count).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the stream; returns the digest of what went in. What came out is in the ingest.</summary>
    public async Task<Digest> CompleteAsync()
    {
        if (_filled > 0) await EmitAsync().ConfigureAwait(false);
        _underWay.Writer.Complete();
        await _writing.ConfigureAwait(false);
        await _output.WriteAsync(_compressor.Tail(_crc.GetCurrentHashAsUInt32(), _length), _cancellationToken).ConfigureAwait(false);
        return Digest.FromSha256(_hash.GetHashAndReset());
    }

    public async ValueTask DisposeAsync()
    {
        _underWay.Writer.TryComplete();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _hash.Dispose();
        // What a failure interrupted may still be used by who compresses.
        if (_writing.IsCompletedSuccessfully) BlockSlot.Return(_slots);
    }

    private async ValueTask EmitAsync()
    {
        var (slot, count) = (_slot, _filled);
        _filled = 0;
        _length += count;
        // Starting to compress before hashing keeps the other cores busy meanwhile.
        var compressing = Task.Run(() => Compress(slot.Block.AsMemory(0, count), slot.Output), _cancellationToken);
        _hash.AppendData(slot.Block, 0, count);
        _crc.Append(slot.Block.AsSpan(0, count));
        _underWay.Writer.TryWrite((slot, compressing));
        BlockSlot? next;
        while (!_free.Reader.TryRead(out next))
        {
            if (_slotsToMake > 0)
            {
                next = MakeSlot();
                break;
            }
            if (!await _free.Reader.WaitToReadAsync(_cancellationToken).ConfigureAwait(false))
                await _writing.ConfigureAwait(false);
        }
        _slot = next;
    }

    private async Task WriteBlocksAsync()
    {
        try
        {
            await _output.WriteAsync(_compressor.Head, _cancellationToken).ConfigureAwait(false);
            await foreach (var (slot, compressed) in _underWay.Reader.ReadAllAsync(_cancellationToken).ConfigureAwait(false))
            {
                var block = await compressed.ConfigureAwait(false);
                _earlier?.Note(block, _output.Length);
                await _output.WriteAsync(block.Bytes, _cancellationToken).ConfigureAwait(false);
                _free.Writer.TryWrite(slot);
            }
        }
        catch (Exception e)
        {
            _free.Writer.TryComplete(e);
            throw;
        }
    }

    private CompressedBlock Compress(ReadOnlyMemory<byte> block, byte[] output)
    {
        if (_earlier is null) return new CompressedBlock(default, _compressor.Compress(block, output));
        var content = Digest.Of(block.Span);
        return new CompressedBlock(content, _earlier.Find(content, output) ?? _compressor.Compress(block, output));
    }

    private BlockSlot MakeSlot()
    {
        _slotsToMake--;
        var slot = BlockSlot.Rent(_compressor.BlockSize, _compressor.OutputSize);
        _slots.Add(slot);
        return slot;
    }
}
