using System.Buffers.Binary;

namespace MsBuildKit.Engine.Workers.Rootless.Platforms;

/// <summary>The smallest program of a processor: an ELF file of one segment that ends with the number of its arguments. Whether it runs tells
/// whether that processor's programs do, and whether an emulator is given the arguments as they are.</summary>
internal static class TinyProgram
{
    private const ulong Base = 0x1_0000, Alignment = 0x1_0000;
    private const byte Executable = 2, ReadAndExecute = 5;

    /// <summary>The file's bytes (System V ABI, chapter 4).</summary>
    public static byte[] Of(Processor processor)
    {
        var (isLong, start) = (processor.Bits == 64, processor.Bits == 64 ? 64 + 56 : 52 + 32);
        var writer = new Writer(new byte[start + processor.CountArguments.Length], processor);
        Span<byte> identification = [0x7F, (byte)'E', (byte)'L', (byte)'F', (byte)(isLong ? 2 : 1), (byte)(processor.IsBigEndian ? 2 : 1), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        identification.CopyTo(writer.Bytes);
        writer.Skip(identification.Length);
        writer.Half(Executable, processor.Machine);
        writer.Word(1);
        writer.Address(Base + (ulong)start, isLong ? 64UL : 52, 0);
        writer.Word(processor.Flags);
        writer.Half((ushort)(isLong ? 64 : 52), (ushort)(isLong ? 56 : 32), 1, 0, 0, 0);

        var size = (ulong)writer.Bytes.Length;
        writer.Word(1);
        if (isLong) writer.Word(ReadAndExecute);
        writer.Address(0, Base, Base, size, size);
        if (!isLong) writer.Word(ReadAndExecute);
        writer.Address(Alignment);
        processor.CountArguments.CopyTo(writer.Bytes.AsSpan(start));
        return writer.Bytes;
    }

    private sealed class Writer(byte[] bytes, Processor processor)
    {
        private int _at;

        public byte[] Bytes => bytes;

        public void Skip(int count) => _at += count;

        public void Half(params ReadOnlySpan<ushort> values)
        {
            foreach (var value in values) Put(value, 2);
        }

        public void Word(uint value) => Put(value, 4);

        public void Address(params ReadOnlySpan<ulong> values)
        {
            foreach (var value in values) Put(value, processor.Bits / 8);
        }

        private void Put(ulong value, int size)
        {
            Span<byte> whole = stackalloc byte[8];
            if (processor.IsBigEndian) BinaryPrimitives.WriteUInt64BigEndian(whole, value << (64 - (8 * size)));
            else BinaryPrimitives.WriteUInt64LittleEndian(whole, value);
            whole[..size].CopyTo(bytes.AsSpan(_at));
            _at += size;
        }
    }
}
