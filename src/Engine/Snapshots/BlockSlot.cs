using System.Collections.Concurrent;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Room for one block and for what becomes of it.</summary>
/// <remarks>Some that nobody needs are kept for the next layer, weakly: a process that writes layer after layer makes them once, and one that does not
/// loses them at the next collection.</remarks>
internal sealed class BlockSlot
{
    private const int Most = 16;
    private static readonly ConcurrentQueue<WeakReference<BlockSlot>> s_idle = new();

    private BlockSlot(int blockSize, int outputSize) =>
        (Block, Output) = (GC.AllocateUninitializedArray<byte>(blockSize), GC.AllocateUninitializedArray<byte>(outputSize));

    public byte[] Block { get; }

    public byte[] Output { get; }

    /// <summary>One of exactly these sizes; what is in it is anything.</summary>
    public static BlockSlot Rent(int blockSize, int outputSize)
    {
        while (s_idle.TryDequeue(out var idle))
            if (idle.TryGetTarget(out var slot) && slot.Block.Length == blockSize && slot.Output.Length == outputSize) return slot;
        return new BlockSlot(blockSize, outputSize);
    }

    /// <summary>Gives some back, which nobody uses any more.</summary>
    public static void Return(IEnumerable<BlockSlot> slots)
    {
        foreach (var slot in slots)
            if (s_idle.Count < Most) s_idle.Enqueue(new WeakReference<BlockSlot>(slot));
    }
}
